package config

import (
	_ "embed"
	"fmt"
	"strings"

	"ponte/internal/form"
)

//go:generate go test . -run TestPageIsCurrent -update

// Example is a commented file that works as it stands.
//
//go:embed example.yaml
var Example string

// page is what docs/configuration.md says before its tables.
const page = `# Configuration

` + "`ponte run --config ponte.yaml` reads one YAML file. `ponte config example` prints one that\n" +
	"works as it stands, with comments.\n" + `
The file is read strictly: a key that is not below, a value of the wrong kind, a name that
leads nowhere is a fault, and Ponte does not start. Every fault is told at once, as
` + "`file:line:column: found …, expected …`, with exit status 2. `ponte check` does the same and\n" +
	"tries what can be tried: ports, the data folder, the store, the addresses that answers go to.\n" + `
A changed file is taken in while Ponte runs by SIGHUP or ` + "`ponte reload`" + `, whole or not at all:
where it has a fault, all of them are told and the old one goes on. What needs a restart
is said below.

**Secrets** never stand in the file. A key that holds one takes ` + "`${NAME}`" + `, a variable of the
environment that Ponte was started with, or ` + "`file:PATH`" + `, a file that only its owner may read.
Paths start from the configuration's folder. No fault and no log line quotes a secret.

Anchors, aliases and tags are refused, and so is a file of more than 1 MiB.

<!-- The rest is written by go generate ./internal/config, from the table that the file is read by. -->
`

// Page is docs/configuration.md, made from the same table that a file is read by.
func Page() string {
	var b strings.Builder
	b.WriteString(page)
	seen := map[string]bool{}
	describe(&b, "", &document{}, seen)
	return b.String()
}

// describe writes an object's table, then those of what is in it.
func describe(b *strings.Builder, path string, o form.Object, seen map[string]bool) {
	if seen[o.Called()] {
		return
	}
	seen[o.Called()] = true
	title := "The whole file"
	if path != "" {
		title = "`" + path + "`"
	}
	fmt.Fprintf(b, "\n## %s\n\n| key | value | usually | |\n|---|---|---|---|\n", title)
	for _, k := range o.Keys() {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", k.Name, cell(k), ordinary(k), k.Says)
	}
	for _, k := range o.Keys() {
		if k.Value.Part != nil {
			describe(b, strings.TrimPrefix(path+"."+k.Name, "."), k.Value.Part, seen)
		}
	}
}

func ordinary(k form.Key) string {
	switch {
	case k.Must:
		return "*needed*"
	case k.Usual == "":
		return ""
	default:
		return "`" + k.Usual + "`"
	}
}

func cell(k form.Key) string {
	if k.Value.Part == nil {
		return strings.ReplaceAll(k.Value.Want, "|", `\|`)
	}
	if strings.HasPrefix(k.Value.Want, "a list") {
		return k.Value.Want + ", see below"
	}
	return "a mapping, see below"
}
