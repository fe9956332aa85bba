// Command ponte is the bot. See ponte --help.
package main

import (
	"os"

	"ponte/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
