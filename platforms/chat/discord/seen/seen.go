// Package seen is what Ponte reads of Discord's messages of its own: which one a card
// became, where it stands, and who reacted to it. It asks Discord and remembers nothing.
package seen

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ponte/bot"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/web"
)

const (
	perPage   = 100
	mostPages = 100
	mostPosts = 500 // of a forum that are looked at
	mostTries = 10  // of one request, when Discord asks to wait
	mostWait  = 10 * time.Second
	mostUsers = 5_000 // with one emoji on one message
)

// Message is a message as Ponte reads it. Discord's library reads none that has a part
// unknown to it.
type Message struct {
	ID       string         `json:"id"`
	Channel  string         `json:"channel_id"`
	Author   said.User      `json:"author"`
	Content  string         `json:"content"`
	Mentions []said.Mention `json:"mentions"`
	Embeds   []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Color       int    `json:"color"`
		Author      struct {
			Name string `json:"name"`
		} `json:"author"`
		Footer struct {
			Text string `json:"text"`
		} `json:"footer"`
	} `json:"embeds"`
	Components json.RawMessage `json:"components"`
	Files      []File          `json:"attachments"`
	Reactions  []struct {
		Emoji Sign `json:"emoji"`
	} `json:"reactions"`
}

// File is a file of a message: one that it has, by its id, or one that comes along,
// by its place among those.
type File struct {
	ID    string `json:"id"`
	Name  string `json:"filename"`
	About string `json:"description,omitempty"`
}

// Sign is an emoji of Unicode's, without an id, or one of the server's.
type Sign struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Text is the emoji itself, or ":name:".
func (s Sign) Text() string {
	if s.ID == "" {
		return s.Name
	}
	return ":" + s.Name + ":"
}

// Title is the title of the first card, as people see it.
func (m Message) Title() string {
	if len(m.Embeds) == 0 {
		return ""
	}
	return strings.ReplaceAll(m.Embeds[0].Title, "\\", "")
}

// Buttons are the ids of the buttons and menus of the message.
func (m Message) Buttons() (out []string) {
	for _, found := range customID.FindAllStringSubmatch(string(m.Components), -1) {
		out = append(out, found[1])
	}
	return out
}

var customID = regexp.MustCompile(`"custom_id":\s*"([^"\\]*)"`)

// Thread is a thread, as a list of Discord's has it.
type Thread struct {
	ID     string `json:"id"`
	Parent string `json:"parent_id"`
	Owner  string `json:"owner_id"`
	Last   string `json:"last_message_id"`
	Meta   struct {
		At time.Time `json:"archive_timestamp"` // when it was archived, or opened again
	} `json:"thread_metadata"`
}

// Get reads one message.
func Get(ctx context.Context, c *web.Client, channel, id string) (m Message, err error) {
	err = c.Do(ctx, http.MethodGet, "/channels/"+channel+"/messages/"+id, nil, &m)
	return m, err
}

// Look reads one message, and waits for a moment where Discord asks to.
func Look(ctx context.Context, c *web.Client, channel, id string) (m Message, err error) {
	err = ask(ctx, c, "/channels/"+channel+"/messages/"+id, &m)
	return m, err
}

// Active lists the threads of a server in which somebody wrote lately.
func Active(ctx context.Context, c *web.Client, guild string) ([]Thread, error) {
	var list struct {
		Threads []Thread `json:"threads"`
	}
	err := ask(ctx, c, "/guilds/"+guild+"/threads/active", &list)
	return list.Threads, err
}

// ask reads something. Where Discord asks to wait for a moment, it does: a look that
// began anew each time would never be whole.
func ask(ctx context.Context, c *web.Client, path string, out any) error {
	for tries := 1; ; tries++ {
		err := c.Do(ctx, http.MethodGet, path, nil, out)
		f, ok := web.FaultOf(err)
		if !ok || web.Kind(f) != bot.RateLimited || f.RetryAfter > mostWait || tries == mostTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(f.RetryAfter):
		}
	}
}

// Find looks for a message of the author's in a channel or a thread, the newest first,
// back to a time. Whole reports that all of it was seen.
func Find(ctx context.Context, c *web.Client, author, channel string, from time.Time, is func(Message) bool) (m Message, whole bool, err error) {
	oldest, before := snowflake(from), ""
	for range mostPages {
		var page []Message
		if err := ask(ctx, c, fmt.Sprintf("/channels/%s/messages?limit=%d%s", channel, perPage, before), &page); err != nil {
			return Message{}, false, err
		}
		for _, m := range page {
			switch m.Channel = channel; {
			case Older(m.ID, oldest) < 0:
				return Message{}, true, nil
			case m.Author.ID == author && is(m):
				return m, true, nil
			}
		}
		if len(page) < perPage {
			return Message{}, true, nil
		}
		before = "&before=" + page[len(page)-1].ID
	}
	return Message{}, false, nil
}

// FindPost looks for the first message of a post of the author's in a forum, from a
// time on: among those that are active, and those that were archived since.
func FindPost(ctx context.Context, c *web.Client, author, guild, forum string, from time.Time, is func(Message) bool) (m Message, whole bool, err error) {
	list, err := Active(ctx, c, guild)
	if err != nil {
		return Message{}, false, err
	}
	archived, whole, err := archivedSince(ctx, c, forum, from)
	if err != nil {
		return Message{}, false, err
	}
	oldest, looked := snowflake(from), 0
	for _, t := range append(list, archived...) {
		if t.Parent != forum || t.Owner != author || Older(t.ID, oldest) < 0 {
			continue
		}
		if looked++; looked > mostPosts {
			return Message{}, false, nil
		}
		m, err := Look(ctx, c, t.ID, t.ID)
		if err != nil && web.Kind(err) != bot.NotFound {
			return Message{}, false, err
		}
		if m.Channel = t.ID; m.ID != "" && is(m) {
			return m, true, nil
		}
	}
	return Message{}, whole, nil
}

// archivedSince lists the posts of a forum that were archived from a time on: all that
// were made since are among them. Whole reports that none is left out.
func archivedSince(ctx context.Context, c *web.Client, forum string, from time.Time) (all []Thread, whole bool, err error) {
	had, before := map[string]bool{}, ""
	for range mostPages {
		var page struct {
			Threads []Thread `json:"threads"`
			More    bool     `json:"has_more"`
		}
		if err := ask(ctx, c, fmt.Sprintf("/channels/%s/threads/archived/public?limit=%d%s", forum, perPage, before), &page); err != nil {
			return nil, false, err
		}
		known := len(had)
		for _, t := range page.Threads {
			if !had[t.ID] {
				had[t.ID], all = true, append(all, t)
			}
		}
		if !page.More {
			return all, true, nil
		}
		if len(had) == known {
			return all, false, nil
		}
		last := page.Threads[len(page.Threads)-1].Meta.At
		if last.Before(from) {
			return all, !last.IsZero(), nil
		}
		before = "&before=" + url.QueryEscape(last.Add(time.Millisecond).UTC().Format(time.RFC3339Nano)) // with those of the same moment
	}
	return all, false, nil
}

// Reacted lists who put one emoji on a message, a page at a time.
func Reacted(ctx context.Context, c *web.Client, channel, id string, s Sign) (all []said.User, err error) {
	name := s.Name
	if s.ID != "" {
		name += ":" + s.ID
	}
	after := ""
	for len(all) < mostUsers {
		var page []said.User
		path := "/channels/" + channel + "/messages/" + id + "/reactions/" + url.PathEscape(name) + "?limit=100" + after
		if err := ask(ctx, c, path, &page); err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < perPage {
			break
		}
		after = "&after=" + page[len(page)-1].ID
	}
	return all, nil
}

// snowflake is the first id that Discord could make at a time.
func snowflake(t time.Time) string {
	return fmt.Sprint(uint64(max(t.UnixMilli()-1_420_070_400_000, 0)) << 22)
}

// Older compares two ids by when they were made.
func Older(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
