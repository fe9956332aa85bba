package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// Said is a message as Slack has it.
type Said struct {
	User   string // empty: Ponte
	Text   string // in Slack's markup
	Thread string // it stands in; empty: in the channel
	At     time.Time
}

// Read asks what a message says. Slack tells it with the message's reactions, which
// needs no more than hearing of them, and wherever the message stands.
func (sp *Space) Read(ctx context.Context, channel, ref string) (Said, error) {
	me, err := sp.Self(ctx)
	if err != nil {
		return Said{}, err
	}
	item, err := sp.API.GetReactionsContext(ctx, slack.NewRefToMessage(channel, ref), slack.GetReactionsParameters{})
	if err != nil {
		return Said{}, err
	}
	if item.Message == nil {
		return Said{}, slack.SlackErrorResponse{Err: "message_not_found"}
	}
	m := Said{User: item.Message.User, Text: item.Message.Text, Thread: item.Message.ThreadTimestamp, At: Moment(ref)}
	if m.User == me.User {
		m.User = ""
	}
	if m.Thread == ref {
		m.Thread = ""
	}
	return m, nil
}

// Moment is when a message was said, by its timestamp; the zero time of what is none.
func Moment(ref string) time.Time {
	whole, part, _ := strings.Cut(ref, ".")
	seconds, e1 := strconv.ParseInt(whole, 10, 64)
	micros, e2 := strconv.ParseInt(part, 10, 64)
	if e1 != nil || e2 != nil || !IsRef(ref) {
		return time.Time{}
	}
	return time.Unix(seconds, micros*1000).UTC()
}
