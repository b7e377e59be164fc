package awstest

// Actions lists the actions of each service, for the test that drives them
// all.
func Actions() map[string][]string {
	all := map[string][]string{}
	for name, s := range services {
		all[name] = sortedKeys(s.actions)
	}
	return all
}
