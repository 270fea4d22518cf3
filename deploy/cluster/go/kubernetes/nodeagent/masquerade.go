package main

import (
	"net"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

const (
	ipv4Source      = 12 // where the addresses are in an IPv4 header
	ipv4Destination = 16
	routeLocal      = 2 // RTN_LOCAL
)

// masquerade gives packets from pods to outside of the pod network, but for this node's own addresses, the node's address:
//
//	ip saddr SUBNET ip daddr != SUBNET fib daddr type != local masquerade
func masquerade(podSubnet string) error {
	_, pods, err := net.ParseCIDR(podSubnet)
	if err != nil {
		return err
	}
	nft, err := nftables.New()
	if err != nil {
		return err
	}
	table := &nftables.Table{Name: "podnetwork", Family: nftables.TableFamilyIPv4}
	nft.AddTable(table) // so that deleting what an earlier run left can't fail
	nft.DelTable(table)
	nft.AddTable(table)
	chain := nft.AddChain(&nftables.Chain{Name: "postrouting", Table: table, Type: nftables.ChainTypeNAT,
		Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource})
	var rule []expr.Any
	rule = append(rule, inSubnet(ipv4Source, pods, expr.CmpOpEq)...)
	rule = append(rule, inSubnet(ipv4Destination, pods, expr.CmpOpNeq)...)
	rule = append(rule,
		&expr.Fib{Register: 1, FlagDADDR: true, ResultADDRTYPE: true},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: []byte{routeLocal, 0, 0, 0}},
		&expr.Masq{})
	nft.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: rule})
	return nft.Flush()
}

func inSubnet(offset uint32, subnet *net.IPNet, op expr.CmpOp) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: offset, Len: 4},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: subnet.Mask, Xor: []byte{0, 0, 0, 0}},
		&expr.Cmp{Op: op, Register: 1, Data: subnet.IP.To4()},
	}
}
