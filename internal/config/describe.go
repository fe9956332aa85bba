package config

import (
	_ "embed"

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
	"tries what can be tried: ports, the data folder, the store, the addresses that answers go to,\n" +
	"and of Slack and Discord the tokens, the permissions and the channels. It posts nothing.\n" + `
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
	return page + form.Describe(&document{})
}
