package gennaker

// Clouds are the values of cloudProvider whose accounts a worker can have. A
// test holds it against the worker's drivers.
var Clouds = []string{"aws", "azure", "cloudfoundry", "cloudrun", "ecs", "gce", "kubernetes", "local"}

// Senders are the types of notification that have a sender of their own.
// Others are written to the worker's log.
var Senders = []string{}
