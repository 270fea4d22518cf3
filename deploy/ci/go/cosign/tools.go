//go:build tools

// The program that this module is for, so that `go mod tidy` keeps what it needs.
package tools

import _ "github.com/sigstore/cosign/v3/cmd/cosign"
