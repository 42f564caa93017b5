// Command routes keeps one route for each other node's pod network on the node it runs on. Nodes of a kind cluster
// share one link, so the other node's own address is the gateway; the pod interfaces are made by containerd's CNI
// plugins. What leaves the pod network takes the node's address. It reaches the API server at CONTROL_PLANE_ENDPOINT,
// so it need not wait for kube-proxy.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/vishvananda/netlink"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

func main() {
	self := os.Getenv("NODE_NAME")
	config, err := rest.InClusterConfig()
	if err != nil {
		log.Fatalf("in-cluster configuration: %v", err)
	}
	if endpoint := os.Getenv("CONTROL_PLANE_ENDPOINT"); endpoint != "" {
		config.Host = "https://" + endpoint
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatalf("client: %v", err)
	}
	masquerade(os.Getenv("POD_SUBNET"))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	factory := informers.NewSharedInformerFactory(client, 0)
	apply := func(object any, change func(*netlink.Route) error, verb string) {
		node, ok := object.(*v1.Node)
		if !ok || node.Name == self {
			return
		}
		for _, route := range routesTo(node) {
			if err := change(&route); err != nil {
				log.Printf("%s %s via %s: %v", verb, route.Dst, route.Gw, err)
			}
		}
	}
	_, err = factory.Core().V1().Nodes().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { apply(object, netlink.RouteReplace, "replace") },
		UpdateFunc: func(_, object any) { apply(object, netlink.RouteReplace, "replace") },
		DeleteFunc: func(object any) { apply(object, netlink.RouteDel, "delete") },
	})
	if err != nil {
		log.Fatalf("informer: %v", err)
	}
	factory.Start(ctx.Done())
	<-ctx.Done()
}

// masquerade gives traffic from pods to anywhere but pods the node's own address, for both address families.
func masquerade(subnets string) {
	for _, subnet := range strings.Split(subnets, ",") {
		program := "iptables"
		if strings.Contains(subnet, ":") {
			program = "ip6tables"
		}
		rule := []string{"POSTROUTING", "-s", subnet, "!", "-d", subnet, "-j", "MASQUERADE"}
		if exec.Command(program, append([]string{"-w", "-t", "nat", "-C"}, rule...)...).Run() == nil {
			continue
		}
		if said, err := exec.Command(program, append([]string{"-w", "-t", "nat", "-A"}, rule...)...).CombinedOutput(); err != nil {
			log.Printf("%s: %v: %s", program, err, said)
		}
	}
}

// routesTo pairs each pod network of a node with the node address of the same family.
func routesTo(node *v1.Node) []netlink.Route {
	var routes []netlink.Route
	for _, cidr := range node.Spec.PodCIDRs {
		_, network, err := net.ParseCIDR(cidr)
		if err != nil {
			continue
		}
		for _, address := range node.Status.Addresses {
			gateway := net.ParseIP(address.Address)
			if address.Type == v1.NodeInternalIP && gateway != nil && (gateway.To4() == nil) == (network.IP.To4() == nil) {
				routes = append(routes, netlink.Route{Dst: network, Gw: gateway})
				break
			}
		}
	}
	return routes
}
