package cftest

import "time"

// table are the requests that are answered.
var table = map[string]handler{
	"GET /{$}":          root,
	"GET /v3":           rootV3,
	"GET /v3/info":      info,
	"POST /oauth/token": token,

	"GET /api/v1/read/{guid}": readLog,

	"GET /v3/organizations":                        listOrgs,
	"GET /v3/organizations/{guid}/domains/default": defaultDomain,
	"GET /v3/organizations/{guid}/usage_summary":   orgUsage,
	"GET /v3/organization_quotas":                  listOrgQuotas,
	"GET /v3/space_quotas":                         listSpaceQuotas,
	"GET /v3/spaces/{guid}/usage_summary":          spaceUsage,
	"GET /v3/spaces":                               listSpaces,
	"GET /v3/domains":                              listDomains,

	"GET /v3/apps":                                              listApps,
	"POST /v3/apps":                                             createApp,
	"GET /v3/apps/{guid}":                                       getApp,
	"PATCH /v3/apps/{guid}":                                     updateApp,
	"DELETE /v3/apps/{guid}":                                    deleteApp,
	"POST /v3/apps/{guid}/actions/start":                        startApp,
	"POST /v3/apps/{guid}/actions/stop":                         stopApp,
	"GET /v3/apps/{guid}/environment_variables":                 getEnvironment,
	"PATCH /v3/apps/{guid}/environment_variables":               setEnvironment,
	"GET /v3/apps/{guid}/droplets/current":                      currentDroplet,
	"PATCH /v3/apps/{guid}/relationships/current_droplet":       setDroplet,
	"DELETE /v3/apps/{guid}/processes/{type}/instances/{index}": endInstanceOfApp,
	"POST /v3/apps/{guid}/tasks":                                createTask,

	"GET /v3/packages":                listPackages,
	"POST /v3/packages":               createPackage,
	"GET /v3/packages/{guid}":         getPackage,
	"PATCH /v3/packages/{guid}":       updatePackage,
	"POST /v3/packages/{guid}/upload": uploadPackage,
	"GET /v3/builds":                  listBuilds,
	"POST /v3/builds":                 createBuild,
	"GET /v3/builds/{guid}":           getBuild,
	"GET /v3/droplets/{guid}":         getDroplet,

	"GET /v3/processes":                             listProcesses,
	"GET /v3/processes/{guid}":                      getProcess,
	"PATCH /v3/processes/{guid}":                    updateProcess,
	"GET /v3/processes/{guid}/stats":                getStats,
	"POST /v3/processes/{guid}/actions/scale":       scaleProcess,
	"DELETE /v3/processes/{guid}/instances/{index}": endInstance,

	"GET /v3/routes":                                      listRoutes,
	"POST /v3/routes":                                     createRoute,
	"POST /v3/routes/{guid}/destinations":                 insertDestinations,
	"DELETE /v3/routes/{guid}/destinations/{destination}": removeDestination,

	"GET /v3/service_plans":                                                   listPlans,
	"GET /v3/service_instances":                                               listServices,
	"POST /v3/service_instances":                                              createService,
	"PATCH /v3/service_instances/{guid}":                                      updateService,
	"DELETE /v3/service_instances/{guid}":                                     deleteService,
	"GET /v3/service_instances/{guid}/relationships/shared_spaces":            sharedSpaces,
	"POST /v3/service_instances/{guid}/relationships/shared_spaces":           shareService,
	"DELETE /v3/service_instances/{guid}/relationships/shared_spaces/{space}": unshareService,
	"GET /v3/service_credential_bindings":                                     listBindings,
	"POST /v3/service_credential_bindings":                                    createBinding,
	"DELETE /v3/service_credential_bindings/{guid}":                           deleteBinding,
	"GET /v3/service_credential_bindings/{guid}/details":                      bindingDetails,

	"GET /v3/tasks":                        listTasks,
	"GET /v3/tasks/{guid}":                 getTask,
	"POST /v3/tasks/{guid}/actions/cancel": cancelTask,

	"GET /v3/deployments":                          listDeployments,
	"POST /v3/deployments":                         createDeployment,
	"GET /v3/deployments/{guid}":                   getDeployment,
	"POST /v3/deployments/{guid}/actions/cancel":   cancelDeployment,
	"POST /v3/deployments/{guid}/actions/continue": continueDeployment,

	"GET /v3/jobs/{guid}": getJob,
}

// stamp is a time as the Cloud Controller writes it: by the second.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
