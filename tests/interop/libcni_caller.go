// libcni_caller makes one call through the reference library, as a container runtime does:
//
//	libcni_caller add|check|del|validate CONFLIST NETNS CONTAINERID BINDIR CACHEDIR
//
// It prints the result of ADD, and errors as the library tells them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/containernetworking/cni/libcni"
)

func main() {
	a := os.Args
	if err := call(a[1], a[2], a[3], a[4], a[5], a[6]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func call(command, conflist, netns, container, bin, cache string) error {
	network := libcni.NewCNIConfigWithCacheDir([]string{bin}, cache, nil)
	list, err := libcni.ConfListFromFile(conflist)
	if err != nil {
		return err
	}
	runtime := &libcni.RuntimeConf{ContainerID: container, NetNS: netns, IfName: "eth0"}
	if ports := os.Getenv("PORT_MAPPINGS"); ports != "" {
		var mappings []map[string]interface{}
		if err := json.Unmarshal([]byte(ports), &mappings); err != nil {
			return err
		}
		runtime.CapabilityArgs = map[string]interface{}{"portMappings": mappings}
	}
	ctx := context.Background()
	switch command {
	case "add":
		result, err := network.AddNetworkList(ctx, list, runtime)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(result)
	case "check":
		return network.CheckNetworkList(ctx, list, runtime)
	case "del":
		return network.DelNetworkList(ctx, list, runtime)
	case "validate":
		_, err := network.ValidateNetworkList(ctx, list)
		return err
	}
	return fmt.Errorf("%s is not known", command)
}
