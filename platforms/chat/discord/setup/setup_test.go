package setup_test

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/platforms/chat/discord/setup"
	"ponte/platforms/chat/discord/web"
)

func TestInvite(t *testing.T) {
	u, err := url.Parse(setup.Invite("42"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "discord.com" || u.Path != "/oauth2/authorize" || q.Get("client_id") != "42" || q.Get("scope") != "bot applications.commands" || q.Get("permissions") != "309237763072" {
		t.Errorf("the address is %s", u)
	}
	for _, p := range append(setup.Scopes, setup.Permissions...) {
		if p.Name == "" || p.Why == "" {
			t.Errorf("%+v explains nothing", p)
		}
	}
}

func TestMay(t *testing.T) {
	roles := []setup.Role{{ID: "g", Perms: "1024"}, {ID: "r", Perms: "2048"}, {ID: "a", Perms: "8"}, {ID: "x", Perms: "4096"}}
	over := func(kind int, id, allow, deny string) setup.Overwrite {
		return setup.Overwrite{ID: id, Type: kind, Allow: allow, Deny: deny}
	}
	for name, c := range map[string]struct {
		user string
		has  []string
		over []setup.Overwrite
		want int64
	}{
		"everybody":                  {"u", nil, nil, 1024},
		"a role":                     {"u", []string{"r"}, nil, 1024 | 2048},
		"the owner":                  {"o", nil, nil, -1},
		"an administrator":           {"u", []string{"a"}, []setup.Overwrite{over(0, "g", "0", "1024")}, -1},
		"denied to everybody":        {"u", []string{"r"}, []setup.Overwrite{over(0, "g", "0", "1024")}, 2048},
		"given back to a role":       {"u", []string{"r"}, []setup.Overwrite{over(0, "r", "1024", "0"), over(0, "g", "0", "1024")}, 1024 | 2048},
		"a role allows what one may": {"u", []string{"r", "x"}, []setup.Overwrite{over(0, "r", "0", "2048"), over(0, "x", "2048", "0")}, 1024 | 2048 | 4096},
		"the person last":            {"u", []string{"r"}, []setup.Overwrite{over(1, "u", "0", "2048"), over(0, "r", "2048", "0")}, 1024},
		"somebody else":              {"u", nil, []setup.Overwrite{over(1, "v", "2048", "1024"), over(0, "x", "0", "1024")}, 1024},
		"what cannot be read":        {"u", nil, []setup.Overwrite{over(0, "g", "many", "")}, 1024},
	} {
		if got := setup.May("g", "o", c.user, c.has, roles, c.over); got != c.want {
			t.Errorf("%s: %b, not %b", name, got, c.want)
		}
	}
}

// answers is a Discord that answers from a table, by path.
type answers map[string]string

func (a answers) Do(_ context.Context, method, path string, _, out any) error {
	if method != "GET" {
		panic("it changes something: " + path)
	}
	text, ok := a[path]
	switch {
	case !ok:
		return &web.Fault{Status: 404, Code: web.CodeUnknownChannel, Message: "Unknown Channel"}
	case strings.HasPrefix(text, "!"):
		return &web.Fault{Status: 403, Code: web.CodeNoAccess, Message: text[1:]}
	case text == "401":
		return &web.Fault{Status: 401}
	}
	return json.Unmarshal([]byte(text), out)
}

func discord() answers {
	return answers{
		"/users/@me":                        `{"id":"7","bot":true}`,
		"/applications/@me":                 `{"id":"8","flags":557056}`,
		"/guilds/1":                         `{"id":"1","owner_id":"9","roles":[{"id":"1","permissions":"0"},{"id":"5","permissions":"309237763072"}]}`,
		"/guilds/1/members/7":               `{"roles":["5"]}`,
		"/applications/8/guilds/1/commands": `[{"name":"ponte"}]`,
		"/channels/10":                      `{"id":"10","guild_id":"1","type":0}`,
		"/channels/11":                      `{"id":"11","guild_id":"1","type":15,"available_tags":[{"name":"Open"},{"name":"question"}]}`,
	}
}

var plan = setup.Plan{
	Guilds: []string{"1"}, Content: true, Groups: true,
	Channels: []bot.Channel{{ID: "inbox", Platform: "discord", Space: "1", Remote: "10"}, {ID: "forum", Platform: "discord", Space: "1", Remote: "11"}},
	Tags:     map[string][]string{"10": {"open"}, "11": {"open", "Question"}},
}

// found lists what is wrong.
func found(a answers, p setup.Plan) (out []string) {
	for _, t := range setup.Check(context.Background(), a, p) {
		if t.Found != "" {
			out = append(out, t.What+": "+t.Found)
		}
	}
	return out
}

func TestCheck(t *testing.T) {
	if all := setup.Check(t.Context(), discord(), plan); len(all) != 8 {
		t.Errorf("%d things are tried", len(all))
	}
	if diff := cmp.Diff([]string(nil), found(discord(), plan)); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct {
		path, answer string
		want         []string
	}{
		"a bad token":   {"/users/@me", "401", []string{"discord bot token: a token that Discord refuses"}},
		"no intents":    {"/applications/@me", `{"id":"8"}`, []string{"discord message content: an app without the Message Content Intent", "discord members: an app without the Server Members Intent"}},
		"another way":   {"/applications/@me", `{"id":"8","flags":557056,"interactions_endpoint_url":"https://a.example/x"}`, []string{"discord interactions: an app whose interactions go to an address of its own"}},
		"not there":     {"/guilds/1", "!Missing Access", []string{`discord server 1: Discord's refusal 50001, "Missing Access"`, "discord channel inbox (10): a channel of server 1, which cannot be tried", "discord channel forum (11): a channel of server 1, which cannot be tried"}},
		"no commands":   {"/applications/8/guilds/1/commands", "!Missing Access", []string{`discord server 1, commands: Discord's refusal 50001, "Missing Access"`}},
		"others":        {"/applications/8/guilds/1/commands", `[{"name":"music"}]`, []string{"discord server 1, commands: commands of another program with the same bot"}},
		"unseen":        {"/channels/10", "!Missing Access", []string{`discord channel inbox (10): Discord's refusal 50001, "Missing Access"`}},
		"elsewhere":     {"/channels/10", `{"id":"10","guild_id":"2"}`, []string{"discord channel inbox (10): a channel of server 2"}},
		"a voice":       {"/channels/10", `{"id":"10","guild_id":"1","type":2}`, []string{"discord channel inbox (10): a channel of kind 2"}},
		"a right by id": {"/channels/10", `{"id":"10","guild_id":"1","permission_overwrites":[{"id":"5","type":0,"allow":"0","deny":"274877923328"}]}`, []string{"discord channel inbox (10): a channel where Ponte lacks Send Messages in Threads, Embed Links"}},
	} {
		a := discord()
		a[c.path] = c.answer
		if diff := cmp.Diff(c.want, found(a, plan)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	a := discord()
	a["/channels/11"] = `{"id":"11","guild_id":"1","type":15,"available_tags":[{"name":"Open"}]}`
	all := setup.Check(t.Context(), a, plan)
	if diff := cmp.Diff(setup.Tried{What: "discord channel forum (11), tags", Note: "without Question"}, all[len(all)-1]); diff != "" {
		t.Error(diff)
	}
	delete(a, "/channels/10")
	if diff := cmp.Diff([]string{"discord channel inbox (10): no such channel"}, found(a, plan)); diff != "" {
		t.Error(diff)
	}
}
