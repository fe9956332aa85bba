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

// Check tries a workspace's tokens, the app's permissions and the channels that
// the configuration names, and posts nothing.
func Check(ctx context.Context, sp *web.Space, channels []bot.Channel) []Tried {
	out := token(ctx, sp)
	if out[0].Found != "" { // with this token nothing else can be tried
		return out
	}
	out = append(out, transport(ctx, sp))
	for _, c := range channels {
		out = append(out, channel(ctx, sp, c))
	}
	return out
}

func token(ctx context.Context, sp *web.Space) []Tried {
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
		if !slices.Contains(has, s) {
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
