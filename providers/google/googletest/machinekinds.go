package googletest

// machineKinds are what instances are made of, and what keeps them.
func machineKinds() map[string]*kind {
	images := only(global, "image", "images", with(reading, map[string]verb{"getFromFamily": {run: getFromFamily},
		"setLabels": change(setLabels), "delete": change(deleteImage)}))
	images.labelled = true
	templates := only(global, "instanceTemplate", "instanceTemplates", with(making, map[string]verb{"aggregatedList": everyone}))
	templates.noun, templates.check = "instance_template", checkTemplate
	return map[string]*kind{
		"images": images,
		"machineTypes": {one: "compute#machineType", derived: true, verbs: map[string]verb{"get": {run: getMachineType}},
			api: map[scope]api{zonal: {"machineTypes", "compute#machineTypeList"}}},
		"instanceTemplates": templates,
		"instances": {one: "compute#instance", noun: "instance", api: map[scope]api{zonal: {"instances", "compute#instanceList"}},
			labelled: true, derived: true, verbs: with(reading, map[string]verb{"aggregatedList": everyone,
				"setLabels": change(setLabels), "reset": change(resetInstance), "delete": change(deleteInstance)})},
		"instanceGroups": {one: "compute#instanceGroup", noun: "instance_group", derived: true, view: groupView,
			api: map[scope]api{zonal: {"instanceGroups", "compute#instanceGroupList"}, region: {"regionInstanceGroups", "compute#regionInstanceGroupList"}},
			verbs: with(reading, map[string]verb{"aggregatedList": everyone, "setNamedPorts": change(setNamedPorts),
				"listInstances": {run: listInstances, params: listParams}})},
		"instanceGroupManagers": {one: "compute#instanceGroupManager", noun: "instance_group_manager",
			api: map[scope]api{zonal: {"instanceGroupManagers", "compute#instanceGroupManagerList"},
				region: {"regionInstanceGroupManagers", "compute#regionInstanceGroupManagerList"}},
			fingerprinted: true, check: checkManager, begun: beginManager, changed: managerChanged, view: managerView, verbs: managing()},
		"autoscalers": {one: "compute#autoscaler", noun: "autoscaler",
			api:   map[scope]api{zonal: {"autoscalers", "compute#autoscalerList"}, region: {"regionAutoscalers", "compute#regionAutoscalerList"}},
			check: checkAutoscaler, begun: autoscale, changed: autoscale,
			verbs: with(reading, map[string]verb{"aggregatedList": everyone, "insert": change(insert), "delete": change(remove),
				"patch": change(named(patch), "autoscaler"), "update": change(named(update), "autoscaler")})},
	}
}

// managing are the methods of instance group managers.
func managing() map[string]verb {
	return with(reading, map[string]verb{
		"aggregatedList": everyone, "insert": change(insert), "patch": change(patch), "delete": change(deleteManager, "noGracefulShutdown"),
		"resize": change(resize, "size"), "setInstanceTemplate": change(setInstanceTemplate), "setTargetPools": change(setTargetPools),
		"deleteInstances": change(deleteInstances), "recreateInstances": change(recreateInstances),
		"listManagedInstances": {run: listManagedInstances, params: listParams},
	})
}

// named takes the name of what it is about from the query.
func named(change func(*call) (*resource, error)) func(*call) (*resource, error) {
	return func(c *call) (*resource, error) {
		c.name = c.query.Get("autoscaler")
		if c.name == "" {
			c.name = c.body.text("name")
		}
		return change(c)
	}
}
