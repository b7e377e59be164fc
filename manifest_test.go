package gennaker

import "testing"

func TestVersionsOfAnObjectAreInOneCluster(t *testing.T) {
	for _, c := range []struct{ kind, name, want string }{
		{"Deployment", "shop-web", "prod/shop/deployment shop-web"},
		{"deployment", "shop-web", "prod/shop/deployment shop-web"},
		{"replicaSet", "shop-web-v003", "prod/shop/shop-web"}, // as a server group
		{"ReplicaSet", "shop-web", "prod/shop/shop-web"},
		{"StatefulSet", "shop-db", "prod/shop/statefulSet shop-db"},
		{"configMap", "settings-v012", "prod/shop/configmap settings"},
		{"Widget.example.com", "one", "prod/shop/widget.example.com one"},
	} {
		ref := ManifestRef{Account: "prod", Namespace: "shop", Kind: c.kind, Name: c.name}
		if got := ref.ClusterRef().String(); got != c.want {
			t.Errorf("the cluster of %s is %s, want %s", ref, got, c.want)
		}
	}
}
