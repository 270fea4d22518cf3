package main

import (
	"fmt"
	"os"
)

const (
	cniFile = "/etc/cni/net.d/10-kindnet.conflist"

	// ptp: each pod hangs on a veth pair of its own and all its traffic passes the node, where policies are enforced.
	cniConfig = `{"cniVersion":"0.4.0","name":"kindnet","plugins":[
 {"type":"ptp","ipMasq":false,"mtu":1500,
  "ipam":{"type":"host-local","dataDir":"/run/cni-ipam-state","routes":[{"dst":"0.0.0.0/0"}],
          "ranges":[[{"subnet":"%s"}]]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}
`
)

// writeCNI makes containerd hand out addresses of subnet. Written aside and renamed: containerd watches the folder.
func writeCNI(subnet string) error {
	aside := cniFile + ".new"
	if err := os.WriteFile(aside, []byte(fmt.Sprintf(cniConfig, subnet)), 0o644); err != nil {
		return err
	}
	return os.Rename(aside, cniFile)
}
