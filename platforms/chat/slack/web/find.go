package web

import (
	"context"
	"fmt"
	"time"

	"github.com/slack-go/slack"
)

// EventType marks the metadata of Ponte's messages, which hold their key.
const EventType = "ponte"

const (
	page     = 200 // messages asked for at a time
	maxPages = 30
)

// Look is a search for one message of ours.
type Look struct {
	Key     string
	Channel string
	Thread  string    // it stands in; empty: in the channel
	Oldest  time.Time // of a message in the channel that is looked at

	sp *Space
	me Identity
}

// Seen is what a search found.
type Seen struct {
	Ref   string // empty: nothing
	Stray bool   // it stands in the channel, as its thread is gone
	Whole bool   // nothing was left out
}

// Find looks for the message of ours that carries a key.
func (sp *Space) Find(ctx context.Context, l Look) (seen Seen, err error) {
	if l.me, err = sp.Self(ctx); err != nil {
		return seen, err
	}
	l.sp = sp
	return l.find(ctx)
}

// find looks in the thread, and in the channel where there is none or it is gone.
func (l *Look) find(ctx context.Context) (seen Seen, err error) {
	if l.Thread != "" {
		seen, err = l.pages(ctx, func(cursor string) ([]slack.Message, string, error) {
			all, more, next, err := l.sp.API.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
				ChannelID: l.Channel, Timestamp: l.Thread, Cursor: cursor, Limit: page, IncludeAllMetadata: true,
			})
			return all, rest(more, next), err
		})
		if code, _ := Code(err); code != "thread_not_found" && code != "message_not_found" {
			return seen, err
		}
	}
	seen, err = l.pages(ctx, func(cursor string) ([]slack.Message, string, error) {
		h, err := l.sp.API.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
			ChannelID: l.Channel, Cursor: cursor, Limit: page, Oldest: fmt.Sprintf("%d.000000", max(l.Oldest.Unix(), 0)), IncludeAllMetadata: true,
		})
		if err != nil {
			return nil, "", err
		}
		return h.Messages, rest(h.HasMore, h.ResponseMetaData.NextCursor), nil
	})
	seen.Stray = seen.Ref != "" && l.Thread != ""
	return seen, err
}

// unnamed is more to come that has no name to ask for it by.
const unnamed = "\x00"

func rest(more bool, next string) string {
	if more && next == "" {
		return unnamed
	}
	return next
}

func (l *Look) pages(ctx context.Context, next func(cursor string) ([]slack.Message, string, error)) (Seen, error) {
	cursor := ""
	for range maxPages {
		all, after, err := next(cursor)
		if err != nil {
			return Seen{}, err
		}
		for _, m := range all {
			if l.ours(m) {
				return Seen{Ref: m.Timestamp, Whole: true}, nil
			}
		}
		switch {
		case after == unnamed || ctx.Err() != nil:
			return Seen{}, ctx.Err()
		case after == "":
			return Seen{Whole: true}, nil
		}
		cursor = after
	}
	return Seen{}, nil
}

// ours reports whether a message is the one: of this app, and with the key.
func (l *Look) ours(m slack.Message) bool {
	mine := m.BotID != "" && m.BotID == l.me.Bot || m.User != "" && m.User == l.me.User
	return mine && m.Metadata.EventType == EventType && m.Metadata.EventPayload["key"] == l.Key
}
