package gennaker

// Clouds are the values of cloudProvider whose accounts a worker can have. A
// test holds it against the worker's drivers.
var Clouds = []string{"local"}
