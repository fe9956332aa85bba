package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"

	"ponte/internal/app"
	"ponte/internal/demo"
)

type demoCmd struct {
	Listen string `help:"Address of the console, as HOST:PORT." default:"127.0.0.1:8480" placeholder:"HOST:PORT"`
	Square string `help:"Address of the public square, as HOST:PORT. Default: the console's host and its next port." placeholder:"HOST:PORT"`
	Data   string `help:"Folder that keeps the state. Default: ponte/demo in the user's state folder." type:"path" placeholder:"DIR"`
	Empty  bool   `help:"Start without the seeded conversations."`
	Token  string `help:"Word that the console asks for. Needed when it listens on more than this machine." env:"PONTE_TOKEN" placeholder:"WORD"`
}

// Run serves the demo until it is told to stop.
func (d *demoCmd) Run(e *env) error {
	console, square, err := d.open(e.ctx)
	if err != nil {
		return err
	}
	data := d.Data
	if data == "" {
		if data, err = stateFolder(); err != nil {
			return err
		}
	}
	e.log.Info("state is kept", "data", data)
	cfg := demo.Config(e.log)
	cfg.Data, cfg.Console, cfg.Public, cfg.Token = data, console, square, d.Token
	cfg.Control = true
	a, err := app.Open(e.ctx, cfg)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(e.ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	if err := demo.Seed(ctx, a, d.Empty); err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	fmt.Fprintf(e.out, "console %s\nsquare %s\n", a.ConsoleURL(), a.PublicURL())
	return <-ended
}

// open takes both ports, the square's next to the console's unless it was given.
func (d *demoCmd) open(ctx context.Context) (console, square net.Listener, err error) {
	if console, err = listen(ctx, "--listen", d.Listen); err != nil {
		return nil, nil, err
	}
	if ip := console.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() && d.Token == "" {
		return nil, nil, usageError{errors.Join(fmt.Errorf("--listen %s: other machines could reach the console; set --token (or PONTE_TOKEN) too", d.Listen), console.Close())}
	}
	if d.Square != "" {
		square, err = listen(ctx, "--square", d.Square)
	} else {
		square, err = listenNext(ctx, d.Listen, console)
	}
	if err != nil {
		return nil, nil, errors.Join(err, console.Close())
	}
	return console, square, nil
}

func listenNext(ctx context.Context, asked string, console net.Listener) (net.Listener, error) {
	host, port, err := net.SplitHostPort(asked)
	if err != nil {
		return nil, err
	}
	next := "0" // any free port goes with any free port
	if port != "0" {
		next = strconv.Itoa(console.Addr().(*net.TCPAddr).Port + 1)
	}
	l, err := listen(ctx, "--square", net.JoinHostPort(host, next))
	if err != nil {
		return nil, fmt.Errorf("%w (that is the next port after --listen; choose another with --square HOST:PORT)", err)
	}
	return l, nil
}

func listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, usageError{fmt.Errorf("%s %s: the port is taken by another program; choose another with %s HOST:PORT", flag, addr, flag)}
	case errors.Is(err, syscall.EACCES):
		return nil, usageError{fmt.Errorf("%s %s: this user may not use that port; choose one above 1023", flag, addr)}
	default:
		return nil, usageError{fmt.Errorf("%s %s: not an address to listen on: %w", flag, addr, err)}
	}
}

// stateFolder is where programs keep what must outlive them, for this user.
func stateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ponte", "demo"), nil
	}
	if runtime.GOOS == "linux" {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, ".local", "state", "ponte", "demo"), nil
		}
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("no folder for the state was found (%w); choose one with --data DIR", err)
	}
	return filepath.Join(dir, "ponte", "demo"), nil
}
