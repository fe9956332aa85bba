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

	"ponte/internal/form"
)

// line is the whole command line.
type line struct {
	Run     runCmd     `cmd:"" help:"Serve what a configuration says."`
	Check   checkCmd   `cmd:"" help:"Tell every fault of a configuration, and try what it needs: ports, the data folder, the store, addresses, Slack, Discord."`
	Reload  reloadCmd  `cmd:"" help:"Have the running Ponte read its configuration again, whole or not at all."`
	Config  configCmd  `cmd:"" help:"Print an example of a configuration."`
	Demo    demoCmd    `cmd:"" help:"Run the whole main job in the browser, with nothing installed and no account anywhere."`
	Status  statusCmd  `cmd:"" help:"Print how Ponte is: its queue, its store, its connections."`
	Trace   traceCmd   `cmd:"" help:"Print the whole story of a conversation, an item, a reply or an effect, and why it has not gone further."`
	Backup  backupCmd  `cmd:"" help:"Write a copy of the state to a file, also while Ponte runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup into an empty data folder."`
	Pause   pauseCmd   `cmd:"" help:"Let nothing more go out; what comes in is kept."`
	Resume  resumeCmd  `cmd:"" help:"Let things go out again, after a pause or a restore."`
	Export  exportCmd  `cmd:"" help:"Write the state as lines of JSON that any version from this one on takes in."`
	Import  importCmd  `cmd:"" help:"Make the state of an empty data folder of an export."`
	Compact compactCmd `cmd:"" help:"Give the store's free pages back to the disk. Needs Ponte to be stopped."`
	Health  healthCmd  `cmd:"" help:"Ask a running Ponte whether it is well; exit status 0 when it is."`
	Triage  triageCmd  `cmd:"" help:"Tell what texts are: language, sentiment, intent, urgency; and train, measure and explain it."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Manifest manifestCmd `cmd:"" help:"Print what the app of a team chat is made from."`
	Invite   inviteCmd   `cmd:"" help:"Print where the bot of a team chat is added to one."`
}

// env is what verbs work with.
type env struct {
	ctx context.Context
	out io.Writer
	err io.Writer // progress, for a person
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
	err = k.Run(&env{ctx: ctx, out: stdout, err: stderr, log: slog.New(slog.NewTextHandler(stderr, nil))})
	if err == nil {
		return 0
	}
	if faults, ok := errors.AsType[form.Faults](err); ok {
		fmt.Fprintln(stderr, faults)
		return 2
	}
	fmt.Fprintln(stderr, "ponte:", err)
	if what := advice(err); what != "" {
		fmt.Fprintln(stderr, what)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return 2
	}
	return 1
}
