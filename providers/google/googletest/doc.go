// Package googletest is a Google Compute Engine of our own for tests: the
// parts of compute/v1 that a deployment uses, with their life cycles.
// Instances are provisioned, staged, checked, drained and stopped in their
// time; changes are operations that end later; groups create, repair, update
// and delete their instances one by one.
//
// It does not pretend: a method, a parameter, or a field with a meaning that it
// does not know is refused with the reason notSimulated (501), never ignored.
// What a field says that only describes (a machine type, a disk) is kept and
// shown. It keeps nothing on disk, checks no credentials, and runs nothing.
//
// A test serves a cloud, has places made in a project, and gives the address
// to Google's client:
//
//	server, err := googletest.Serve(googletest.Config{Clock: simulation.Fast(200), PageSize: 2})
//	demo := server.Project("demo") // has the network default, and its zones
//	demo.AddImage(googletest.Image{Name: "shop-1", Labels: …})
//	check := demo.AddHealthCheck(googletest.HealthCheck{Name: "shop"})
//	demo.AddBackendService(googletest.BackendService{Name: "shop", HealthCheck: check})
//	demo.AddTargetPool(googletest.TargetPool{Name: "shop", Region: "us-central1"})
//	compute.NewService(ctx, option.WithEndpoint(server.URL+"/compute/v1/"), option.WithoutAuthentication())
//
// Instances of an image that is Sick, or whose name ends with -sick, never
// pass a health check; SetHealthy has one instance fail or pass from now on;
// Kill ends one behind its group's back; RefuseLaunches has none start, and
// SetQuota no more than there may be.
//
// Inject and Config.Fault decide what goes wrong with calls, SetThrottle how
// many there may be. Requests counts calls by method, like
// "instanceGroupManagers.insert", and Effects lists what they changed.
//
// Time is Config.Clock's. With a Virtual clock, the method wait of operations
// moves the clock to the operation's end; with others it waits.
//
// What it leaves out: what machine types are like but for their processors, disks, addresses, routes and everything
// else that says no more than what an instance is like; unmanaged, stateful and
// flexible groups, standby instances, load that an autoscaler would act upon,
// abandoning, stopping and suspending instances, and bringing those of a
// regional group back into balance. An image must be there when a
// template names it. Inserts are seen once their operation is done; a backend
// service, a target pool and the other parts of load balancers take one change
// at a time, and refuse another with resourceNotReady. getHealth of a group
// that a backend service does not serve finds nothing.
//
// It is read by others than us: Google's Go client in all tests; Google's
// Python client, google-cloud-compute 1.57.0, and Google's command, gcloud
// 528.0.0, in those of gennaker-google, which say what they read.
//
// Config.Judge stands around the server, as the checker of package discovery
// does, which holds every request and answer against Google's own description.
package googletest
