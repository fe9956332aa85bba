package cli

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

type versionCmd struct{}

// Run prints the version, and the commit it was built from where the build knows it.
func (versionCmd) Run(e *env) error {
	info, _ := debug.ReadBuildInfo()
	version, commit := "(devel)", ""
	if info != nil {
		version = cmp.Or(info.Main.Version, version)
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = " " + s.Value
			}
		}
	}
	_, err := fmt.Fprintf(e.out, "ponte %s%s\n", version, commit)
	return err
}
