//go:build tools

// The programs that this module is for, so that `go mod tidy` keeps what they need.
package etcd

import (
	_ "go.etcd.io/etcd/server/v3"
)
