package cli

import (
	"errors"
	"fmt"
	"regexp"

	"ponte/platforms/chat/discord/setup"
)

type inviteCmd struct {
	Discord discordInviteCmd `cmd:"" help:"Print the address at which whoever manages a Discord server adds the bot to it."`
}

type discordInviteCmd struct {
	ClientID string `name:"client-id" help:"The app's Application ID, from the page General Information of Discord's developer portal." required:"" placeholder:"ID"`
}

var clientID = regexp.MustCompile(`^[0-9]{17,20}$`)

// Run prints the address, and nothing else.
func (i *discordInviteCmd) Run(e *env) error {
	if !clientID.MatchString(i.ClientID) {
		return usageError{errors.New("--client-id takes the app's Application ID, 17 to 20 digits")}
	}
	_, err := fmt.Fprintln(e.out, setup.Invite(i.ClientID))
	return err
}
