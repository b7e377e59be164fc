package temporal

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
)

const clusterName = "active"

// pollsPerSecond is how often the one history shard may look for work. The
// server's own value is for thousands of shards and would delay every step
// by 50 ms.
const pollsPerSecond = 2000

// settings are Temporal's own values made fit for one machine.
var settings = dynamicconfig.StaticClient{
	dynamicconfig.TransferProcessorMaxPollRPS.Key():   pollsPerSecond,
	dynamicconfig.TimerProcessorMaxPollRPS.Key():      pollsPerSecond,
	dynamicconfig.VisibilityProcessorMaxPollRPS.Key(): pollsPerSecond,
	dynamicconfig.OutboundProcessorMaxPollRPS.Key():   pollsPerSecond,
	dynamicconfig.HistoryCacheHostLevelMaxSize.Key():  8096,
	// Who waits for the end of a workflow can miss the news under load, and
	// learns of it when the poll expires; the server's own value is 20 s.
	dynamicconfig.HistoryLongPollExpirationInterval.Key(): 5 * time.Second,
	// An attribute can be used as soon as it is registered.
	dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
	// Nothing leaves the machine.
	dynamicconfig.EnableServerVersionCheck.Key(): false,
}

func serverConfig(c Config, host string, ports map[primitives.ServiceName]int) *config.Config {
	disabled := config.ArchivalNamespaceDefaults{
		History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
		Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
	}
	services := map[string]config.Service{}
	for service, port := range ports {
		services[string(service)] = config.Service{RPC: config.RPC{GRPCPort: port, BindOnIP: host}}
	}
	return &config.Config{
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: host}},
		Persistence: config.Persistence{
			DefaultStore:     sqlite.PluginName,
			VisibilityStore:  sqlite.PluginName,
			NumHistoryShards: 1,
			DataStores:       map[string]config.DataStore{sqlite.PluginName: {SQL: database(c.File)}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: c.Address},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: disabled},
		PublicClient:      config.PublicClient{HostPort: c.Address},
	}
}

// database is how the server opens the file: readers do not wait for the
// writer, and what is committed survives the death of the process (though
// not, for the last moments, that of the machine).
func database(file string) *config.SQL {
	return &config.SQL{
		PluginName:   sqlite.PluginName,
		DatabaseName: (&url.URL{Path: file}).EscapedPath(),
		ConnectAttributes: map[string]string{
			"mode":         "rwc",
			"journal_mode": "wal",
			"synchronous":  "normal",
			"busy_timeout": "10000",
		},
		MaxConns: 1,
	}
}

func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err == nil {
		port, err = strconv.Atoi(text)
	}
	if err != nil {
		return "", 0, fmt.Errorf("temporal: address %q: %w", address, err)
	}
	return host, port, nil
}

// freePorts gives each of the server's services a port: the frontend the one
// that clients know, the others one that nobody uses now.
func freePorts(host string, frontend int) (map[primitives.ServiceName]int, error) {
	ports := map[primitives.ServiceName]int{primitives.FrontendService: frontend}
	for _, service := range []primitives.ServiceName{primitives.HistoryService, primitives.MatchingService, primitives.WorkerService} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close() // all at the end, so that none is given twice
		ports[service] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}
