// Program etcd starts the etcd server. The upstream module has replace directives and so cannot be
// installed by `go install module@version`; importing it as a library works.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
