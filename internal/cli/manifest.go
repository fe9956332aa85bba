package cli

import (
	"errors"
	"strings"
	"time"

	"ponte/bot"
	"ponte/internal/commandlist"
	"ponte/internal/i18n"
	"ponte/platforms/chat/slack/setup"
)

type manifestCmd struct {
	Slack slackManifestCmd `cmd:"" help:"Print the manifest of the Slack app, in YAML."`
}

type slackManifestCmd struct {
	Transport string `help:"How what people do in Slack reaches Ponte: socket, or http." enum:"socket,http" default:"socket"`
	URL       string `name:"url" help:"With --transport http: the address of Ponte's public side, as Slack reaches it." placeholder:"https://HOST"`
	Language  string `help:"Of what the app says of itself: en, es or it." enum:"en,es,it" default:"en"`
}

// Run prints the manifest, and nothing else.
func (m *slackManifestCmd) Run(e *env) error {
	address := ""
	switch {
	case m.Transport == "http" && !strings.HasPrefix(m.URL, "https://"):
		return usageError{errors.New("--transport http needs --url, an address that begins with https://")}
	case m.Transport == "http":
		address = strings.TrimSuffix(strings.TrimRight(m.URL, "/"), "/slack") + "/slack/events"
	case m.URL != "":
		return usageError{errors.New("--url needs --transport http: by socket, Slack asks for no address")}
	}
	words, err := i18n.Load()
	if err != nil {
		return err
	}
	text, err := setup.Manifest(commandlist.All(), words.Printer(bot.Lang(m.Language), time.UTC), address)
	if err != nil {
		return err
	}
	_, err = e.out.Write(text)
	return err
}
