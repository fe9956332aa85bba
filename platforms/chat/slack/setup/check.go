package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"ponte/bot"
	"ponte/platforms/chat/slack/web"
)

// Tried is one thing that was tried. Found and Expected are empty when it is well.
type Tried struct {
	What     string
	Found    string
	Expected string
}

// Used is what of a workspace the configuration names.
type Used struct {
	Channels []bot.Channel
	Groups   []string // their ids in Slack
}

// UsedBy lists what brands use of a workspace, each user group once.
func UsedBy(brands *bot.Brands, platform, space string) (u Used) {
	for _, b := range brands.All() {
		for _, c := range b.Channels {
			if c.Platform == platform && c.Space == space {
				u.Channels = append(u.Channels, c)
			}
		}
		for _, g := range b.Groups {
			if id, here := strings.CutPrefix(g.ID, platform+"/"+space+"/"); here && !slices.Contains(u.Groups, id) {
				u.Groups = append(u.Groups, id)
			}
		}
	}
	return u
}

// Check tries a workspace's tokens, the app's permissions, and the channels and user
// groups that the configuration names, and posts nothing.
func Check(ctx context.Context, sp *web.Space, used Used) []Tried {
	out := token(ctx, sp, len(used.Groups) > 0)
	if out[0].Found != "" { // with this token nothing else can be tried
		return out
	}
	out = append(out, transport(ctx, sp))
	for _, c := range used.Channels {
		out = append(out, channel(ctx, sp, c))
	}
	for _, g := range used.Groups {
		out = append(out, group(ctx, sp, g))
	}
	return out
}

func token(ctx context.Context, sp *web.Space, grouped bool) []Tried {
	t := Tried{What: "slack workspace " + sp.ID + ", bot token", Expected: "the bot token of the app's installation there, which begins with xoxb-"}
	r, err := sp.API.AuthTestContext(ctx)
	switch {
	case err != nil:
		t.Found = problem(err)
		return []Tried{t}
	case r.TeamID != sp.ID:
		t.Found = "the token of workspace " + r.TeamID
		return []Tried{t}
	}
	scopes := Tried{What: "slack workspace " + sp.ID + ", permissions"}
	has := strings.Split(strings.ReplaceAll(r.Header.Get("X-Oauth-Scopes"), " ", ""), ",")
	var missing []string
	for _, s := range Scopes {
		if !slices.Contains(has, s) && (s != groupScope || grouped) {
			missing = append(missing, s)
		}
	}
	if len(missing) > 0 {
		scopes.Found = "an app without " + strings.Join(missing, ", ")
		scopes.Expected = "all that the manifest asks for; add them and install the app again"
	}
	return []Tried{{What: t.What}, scopes}
}

// transport tries how Slack reaches Ponte.
func transport(ctx context.Context, sp *web.Space) Tried {
	t := Tried{What: "slack workspace " + sp.ID + ", the way in"}
	switch {
	case sp.AppToken == "" && sp.SigningSecret == "":
		t.Found, t.Expected = "neither an app token nor a signing secret", "one of them: Slack has no way to tell Ponte anything"
	case sp.AppToken != "":
		if _, _, err := sp.API.StartSocketModeContext(ctx); err != nil {
			t.Found, t.Expected = problem(err), "an app token with connections:write, which begins with xapp-, and Socket Mode switched on"
		}
	}
	return t
}

func channel(ctx context.Context, sp *web.Space, c bot.Channel) Tried {
	t := Tried{What: fmt.Sprintf("slack channel %s (%s)", c.ID, c.Remote)}
	got, err := sp.API.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: c.Remote})
	code, _ := web.Code(err)
	switch {
	case code == "channel_not_found":
		t.Found, t.Expected = "no such channel that Ponte may see", "a channel's id, as C012AB3CD; if it is private, write /invite @Ponte there"
	case err != nil:
		t.Found, t.Expected = problem(err), "a channel that Ponte may read"
	case got.IsArchived:
		t.Found, t.Expected = "an archived channel", "one that is open"
	case !got.IsMember:
		t.Found, t.Expected = "a channel that Ponte is not in", "Ponte in it; write /invite @Ponte there"
	}
	return t
}

func group(ctx context.Context, sp *web.Space, id string) Tried {
	t := Tried{What: "slack user group " + id}
	_, err := sp.API.GetUserGroupMembersContext(ctx, id)
	switch code, _ := web.Code(err); {
	case code == "no_such_subteam":
		t.Found, t.Expected = "no such user group", "a user group's id, as S012AB3CD, of one that is enabled"
	case err != nil:
		t.Found, t.Expected = problem(err), "a user group whose people Ponte may list"
	}
	return t
}

// problem says an error without what it was asked with.
func problem(err error) string {
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		if refused.Needed != "" {
			return fmt.Sprintf("Slack's refusal %q, for want of %s", refused.Err, refused.Needed)
		}
		return fmt.Sprintf("Slack's refusal %q", refused.Err)
	}
	if _, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return "Slack asking to wait"
	}
	return "no answer from Slack"
}
