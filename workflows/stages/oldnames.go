package stages

// oldNames are other names of stage types that documents may have, older ones
// and those that Spinnaker's pages write, with those that the types have here.
var oldNames = map[string]string{
	"Aws.LambdaDeleteStage":         "lambdaDelete",
	"Aws.LambdaDeploymentStage":     "lambdaDeployment",
	"Aws.LambdaInvokeStage":         "lambdaInvoke",
	"Aws.LambdaTrafficRoutingStage": "lambdaTrafficRouting",
	"Aws.LambdaUpdateCodeStage":     "lambdaUpdateCode",

	"copyLastAsg":                      "cloneServerGroup",
	"destroyAsg":                       "destroyServerGroup",
	"determineTargetReference":         "determineTargetServerGroup",
	"disableAsg":                       "disableServerGroup",
	"enableAsg":                        "enableServerGroup",
	"modifyScalingProcess":             "modifyAwsScalingProcess",
	"resizeAsg":                        "resizeServerGroup",
	"terminateInstanceAndDecrementAsg": "terminateInstanceAndDecrementServerGroup",
}

// withOldNames adds the types under their older names.
func withOldNames(all Types) Types {
	for old, name := range oldNames {
		t := all[name]
		t.Old = name
		all[old] = t
	}
	return all
}
