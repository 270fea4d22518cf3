// Package ext stands in for a nested module of Traefik that its published zip leaves out: two empty types that
// dynamic.HTTPConfiguration and dynamic.Router embed.
package ext

// HTTP is empty, as upstream's is in the open source build.
type HTTP struct{}

// Router is empty, as upstream's is in the open source build.
type Router struct{}
