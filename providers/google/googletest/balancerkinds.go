package googletest

// balancerKinds are what load balancers are made of.
func balancerKinds() map[string]*kind {
	return map[string]*kind{
		"backendServices": backendServices(),
		"targetPools":     targetPools(),
		"forwardingRules": forwardingRules(),
		"urlMaps":         urlMaps(),
		"healthChecks":    healthChecks(),
		"httpHealthChecks": {one: "compute#httpHealthCheck", noun: "http_health_check", exclusive: true, check: legacyDefaults, verbs: writing,
			api: map[scope]api{global: {"httpHealthChecks", "compute#httpHealthCheckList"}}},
		"httpsHealthChecks": {one: "compute#httpsHealthCheck", noun: "https_health_check", exclusive: true, check: legacyDefaults, verbs: writing,
			api: map[scope]api{global: {"httpsHealthChecks", "compute#httpsHealthCheckList"}}},
		"targetHttpProxies":  balancer("targetHttpProxy", "target_http_proxy", "targetHttpProxies", "regionTargetHttpProxies"),
		"targetHttpsProxies": balancer("targetHttpsProxy", "target_https_proxy", "targetHttpsProxies", "regionTargetHttpsProxies"),
		"targetTcpProxies":   balancer("targetTcpProxy", "target_tcp_proxy", "targetTcpProxies", "regionTargetTcpProxies"),
		"targetSslProxies": {one: "compute#targetSslProxy", noun: "target_ssl_proxy", exclusive: true, verbs: making,
			api: map[scope]api{global: {"targetSslProxies", "compute#targetSslProxyList"}}},
		"sslCertificates": balancer("sslCertificate", "ssl_certificate", "sslCertificates", "regionSslCertificates"),
	}
}

// making are the methods of what is made and deleted, and not changed.
var making = with(reading, map[string]verb{"insert": change(insert), "delete": change(remove)})

// balancer is a kind that is made and deleted, in a region or in none.
func balancer(noun, spoken, everywhere, regional string) *kind {
	many := "compute#" + noun + "List"
	return &kind{one: "compute#" + noun, noun: spoken, exclusive: true,
		api:   map[scope]api{global: {everywhere, many}, region: {regional, many}},
		verbs: with(making, map[string]verb{"aggregatedList": everyone})}
}

func backendServices() *kind {
	k := balancer("backendService", "backend_service", "backendServices", "regionBackendServices")
	k.verbs = with(writing, map[string]verb{"aggregatedList": everyone, "getHealth": {run: getHealth}})
	k.fingerprinted, k.must = true, true
	k.check, k.begun, k.changed = checkBackendService, backendsChanged, backendsChanged
	return k
}

func targetPools() *kind {
	k := only(region, "targetPool", "targetPools", with(making, map[string]verb{"aggregatedList": everyone,
		"addInstance": change(addInstance), "removeInstance": change(removeInstance), "getHealth": {run: poolHealth}}))
	k.noun, k.exclusive, k.begun = "target_pool", true, poolBegun
	return k
}

func forwardingRules() *kind {
	k := balancer("forwardingRule", "forwarding_rule", "globalForwardingRules", "forwardingRules")
	k.check, k.labelled, k.verbs["setLabels"] = forwardingDefaults, true, change(setLabels)
	return k
}

func urlMaps() *kind {
	k := balancer("urlMap", "url_map", "urlMaps", "regionUrlMaps")
	k.verbs = with(writing, map[string]verb{"aggregatedList": everyone})
	k.fingerprinted, k.must, k.allAs = true, true, "compute#urlMapsAggregatedList"
	return k
}

func healthChecks() *kind {
	k := balancer("healthCheck", "health_check", "healthChecks", "regionHealthChecks")
	k.verbs = with(writing, map[string]verb{"aggregatedList": everyone})
	k.check, k.changed, k.allAs = checkHealthCheck, healthCheckChanged, "compute#healthChecksAggregatedList"
	return k
}

// forwardingDefaults completes a forwarding rule.
func forwardingDefaults(c *call, now, _ document) error {
	now.set("loadBalancingScheme", "EXTERNAL")
	now.set("IPAddress", "203.0.113."+itoa(200+c.cloud.ids%50))
	now.set("IPProtocol", "TCP")
	if !now.has("target") && !now.has("backendService") {
		return invalid("resource.target", "", "A forwarding rule must have a target or a backend service.")
	}
	return nil
}

// checkHealthCheck completes a health check, or refuses it.
func checkHealthCheck(_ *call, now, _ document) error {
	fields := map[string]string{"HTTP": "httpHealthCheck", "HTTPS": "httpsHealthCheck", "HTTP2": "http2HealthCheck", "TCP": "tcpHealthCheck",
		"SSL": "sslHealthCheck", "GRPC": "grpcHealthCheck", "GRPC_WITH_TLS": "grpcTlsHealthCheck"}
	field := fields[now.text("type")]
	if field == "" {
		return invalid("resource.type", now.text("type"), "The type of a health check must be given.")
	}
	now.set(field, map[string]any{})
	timed(now)
	return nil
}

// legacyDefaults completes a health check of the kind that target pools take.
func legacyDefaults(_ *call, now, _ document) error {
	now.set("port", 80)
	timed(now)
	return nil
}

// timed completes how often a health check asks.
func timed(now document) {
	now.set("checkIntervalSec", 5)
	now.set("timeoutSec", 5)
	now.set("healthyThreshold", 2)
	now.set("unhealthyThreshold", 2)
}

// healthCheckChanged has the groups that a health check heals look again.
func healthCheckChanged(r *resource) {
	for _, g := range r.project.of("instanceGroupManagers", anywhere) {
		g.manager.watch()
	}
}
