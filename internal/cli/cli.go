// Package cli is the command line: one file per verb. It reads flags and prints
// to the terminal; what the verbs do is done elsewhere.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// line is the whole command line.
type line struct {
	Demo    demoCmd    `cmd:"" help:"Run the whole main job in the browser, with nothing installed and no account anywhere."`
	Health  healthCmd  `cmd:"" help:"Ask a running Ponte whether it is well; exit status 0 when it is."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// env is what verbs work with.
type env struct {
	ctx context.Context
	out io.Writer
	log *slog.Logger
}

// usageError is a fault in what was typed: exit status 2.
type usageError struct{ error }

// Main runs one command line and returns the exit status: 0 when it did what it
// was asked, 1 when it could not, 2 when it was asked wrongly.
func Main(args []string, stdout, stderr io.Writer) int {
	var l line
	parser, err := kong.New(&l, kong.Name("ponte"), kong.Writers(stdout, stderr), kong.UsageOnError(),
		kong.Description("Ponte brings what people say to a brand in public into the team's chat, and the team's answers back out."))
	if err != nil {
		fmt.Fprintln(stderr, "ponte:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	exited := false
	parser.Exit = func(int) { exited = true }
	k, err := parser.Parse(args)
	if exited {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "ponte:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err = k.Run(&env{ctx: ctx, out: stdout, log: slog.New(slog.NewTextHandler(stderr, nil))})
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "ponte:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return 2
	}
	return 1
}
