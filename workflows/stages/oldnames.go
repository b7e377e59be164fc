package stages

// oldNames are names of stage types that documents may still have, with those
// that the types have now.
var oldNames = map[string]string{
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
