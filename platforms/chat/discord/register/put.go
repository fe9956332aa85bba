package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// Discord is who commands are registered with.
type Discord interface {
	Do(ctx context.Context, method, path string, in, out any) error
}

// Notes keeps what was registered last.
type Notes interface {
	Read(ctx context.Context, name string) ([]byte, error)
	Write(ctx context.Context, name string, value []byte) error
}

// Put registers the commands in each server where they are not what was registered
// there last: Discord takes only so many new ones a day. A server that fails keeps
// none of the others from having them. It tells what Discord calls "/ponte" in each.
func Put(ctx context.Context, discord Discord, notes Notes, app string, guilds []string, commands []*discordgo.ApplicationCommand, called func(guild, id string)) error {
	body, err := json.Marshal(commands)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append([]byte(app+"\x00"), body...))
	want := hex.EncodeToString(sum[:])
	var failed error
	for _, guild := range guilds {
		name := noted(guild)
		if had, err := notes.Read(ctx, name); err == nil {
			if hash, id, _ := strings.Cut(string(had), " "); hash == want {
				called(guild, id)
				continue
			}
		}
		var all []one
		if err := discord.Do(ctx, http.MethodPut, path(app, guild), commands, &all); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		id := ""
		if i := slices.IndexFunc(all, func(c one) bool { return c.Name == Name }); i >= 0 {
			id = all[i].ID
		}
		called(guild, id)
		failed = errors.Join(failed, notes.Write(ctx, name, []byte(want+" "+id)))
	}
	return failed
}

func noted(guild string) string { return "commands." + guild }

// Forget has the commands registered in a server anew, whatever was registered there.
func Forget(ctx context.Context, notes Notes, guild string) error {
	return notes.Write(ctx, noted(guild), nil)
}

// Recall forgets what was registered in servers where nothing of it is there any more:
// somebody threw the bot out and let it in again, or another program overwrote it.
func Recall(ctx context.Context, discord Discord, notes Notes, app string, guilds []string) error {
	var failed error
	for _, guild := range guilds {
		known, err := Known(ctx, discord, app, guild)
		if err == nil && !slices.Contains(known, Name) {
			err = Forget(ctx, notes, guild)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// one is a command that Discord has.
type one struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Known lists the names of the commands that Discord has of an app in a server.
func Known(ctx context.Context, discord Discord, app, guild string) ([]string, error) {
	var all []one
	if err := discord.Do(ctx, http.MethodGet, path(app, guild), nil, &all); err != nil {
		return nil, err
	}
	var out []string
	for _, c := range all {
		out = append(out, c.Name)
	}
	return out, nil
}

func path(app, guild string) string {
	return "/applications/" + app + "/guilds/" + guild + "/commands"
}
