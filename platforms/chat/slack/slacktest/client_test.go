package slacktest

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// client is the library that apps use, on the fake.
func client(s *Server) *slack.Client {
	return slack.New(BotToken, slack.OptionAPIURL(s.APIURL()), slack.OptionHTTPClient(s.Client()), slack.OptionAppLevelToken(AppToken))
}

func TestTheLibraryFindsASlack(t *testing.T) {
	s := calm(t)
	room, ana := s.Channel("#inbox"), s.User("Ana")
	s.Workspace.AddGroup("team", ana.ID)
	api := client(s)
	ctx := t.Context()
	fails := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	who, err := api.AuthTestContext(ctx)
	fails("auth.test", err)
	if who.BotID != s.Workspace.App.BotID {
		t.Errorf("auth.test: %+v", who)
	}
	_, ts, err := api.PostMessageContext(ctx, room.ID, slack.MsgOptionText("a card", false), slack.MsgOptionBlocks(
		slack.NewHeaderBlock(slack.NewTextBlockObject(slack.PlainTextType, "Title", true, false)),
		slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, "text", false, false), nil, nil),
		slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement("rich", &slack.RichTextSectionTextStyle{Bold: true}))),
		slack.NewActionBlock("", slack.NewButtonBlockElement("go", "v", slack.NewTextBlockObject(slack.PlainTextType, "Go", false, false))),
	), slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "ponte", EventPayload: map[string]any{"key": "k1"}}))
	fails("chat.postMessage", err)
	if got := room.Find(ts); !slices.Equal(got.Lines, []string{"Title", "text", "rich"}) || !slices.Equal(got.Buttons(), []string{"Go"}) {
		t.Errorf("people see %+v", got.Shown)
	}
	history, err := api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: room.ID, IncludeAllMetadata: true})
	fails("conversations.history", err)
	if len(history.Messages) != 1 || history.Messages[0].Metadata.EventPayload["key"] != "k1" || len(history.Messages[0].Blocks.BlockSet) != 4 {
		t.Errorf("conversations.history: %+v", history.Messages)
	}
	_, _, _, err = api.UpdateMessageContext(ctx, room.ID, ts, slack.MsgOptionText("another", false))
	fails("chat.update", err)
	_, err = api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: room.ID, Ts: ts})
	fails("chat.getPermalink", err)
	fails("reactions.add", api.AddReactionContext(ctx, "eyes", slack.NewRefToMessage(room.ID, ts)))
	reacted, err := api.GetReactionsContext(ctx, slack.NewRefToMessage(room.ID, ts), slack.GetReactionsParameters{Full: true})
	fails("reactions.get", err)
	if len(reacted.Reactions) != 1 || reacted.Reactions[0].Users[0] != s.Workspace.App.UserID {
		t.Errorf("reactions.get: %+v", reacted)
	}
	user, err := api.GetUserInfoContext(ctx, ana.ID)
	fails("users.info", err)
	groups, err := api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeUsers(true))
	fails("usergroups.list", err)
	channels, _, err := api.GetConversationsContext(ctx, &slack.GetConversationsParameters{Limit: 10})
	fails("conversations.list", err)
	members, _, err := api.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: room.ID})
	fails("conversations.members", err)
	if user.RealName != "Ana" || groups[0].Users[0] != ana.ID || channels[0].Name != "inbox" || !slices.Contains(members, ana.ID) {
		t.Errorf("people: %+v %+v %+v %v", user, groups, channels, members)
	}
	_, err = api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: ana.ID, View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewDividerBlock()}}}})
	fails("views.publish", err)
	var got bytes.Buffer
	summary, err := api.UploadFileContext(ctx, slack.UploadFileParameters{Reader: bytes.NewReader([]byte("png")), FileSize: 3, Filename: "a.png", Channel: room.ID})
	fails("upload", err)
	file, _, _, err := api.GetFileInfoContext(ctx, summary.ID, 0, 0)
	fails("files.info", err)
	fails("download", api.GetFileContext(ctx, file.URLPrivate, &got))
	if got.String() != "png" {
		t.Errorf("the file holds %q", got.String())
	}
}

// runs starts the library's Socket Mode in the bubble and acks all that comes.
func runs(t *testing.T, s *Server, handle func(socketmode.Event) any) {
	sock := socketmode.New(client(s), socketmode.OptionDialer(s.Dialer()))
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		sock.RunContext(ctx)
	}()
	end := make(chan struct{})
	go func() {
		for {
			select {
			case e := <-sock.Events:
				if e.Request != nil && e.Request.EnvelopeID != "" {
					sock.Ack(*e.Request, handle(e))
				}
			case <-end:
				return
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-done
		synctest.Wait()
		close(end)
	})
}

func TestTheLibraryHearsOverSockets(t *testing.T) {
	bubble(t, func(t *testing.T, s *Server) {
		room, ana := s.Channel("#inbox"), s.User("Ana")
		card := post(t, s, room, obj{"blocks": actions(button("Reply", "reply"))})
		var heard []string
		runs(t, s, func(e socketmode.Event) any {
			switch data := e.Data.(type) {
			case slackevents.EventsAPIEvent:
				heard = append(heard, data.InnerEvent.Type)
			case slack.SlashCommand:
				heard = append(heard, data.Command+" "+data.Text)
				return map[string]any{"text": "done"}
			case slack.InteractionCallback:
				heard = append(heard, string(data.Type))
				if len(data.ActionCallback.BlockActions) == 1 {
					heard = append(heard, data.ActionCallback.BlockActions[0].Value)
				}
			}
			return nil
		})
		time.Sleep(time.Minute)
		s.Quiet()
		heard = nil
		ana.Says("#inbox", "@ponte hello")
		s.Quiet()
		ana.Reacts(card, "eyes")
		s.Quiet()
		for _, h := range []Heard{ana.Commands("/ponte inbox"), ana.Presses(card, "Reply"), ana.Shortcut("add", card)} {
			if !h.OK {
				t.Errorf("heard %+v", h)
			}
		}
		time.Sleep(10 * time.Minute)
		if want := []string{"message", "app_mention", "reaction_added", "/ponte inbox", "block_actions", "v-reply", "message_action"}; !slices.Equal(heard, want) {
			t.Errorf("heard %q; want %q", heard, want)
		}
		if got := s.Sockets.Open(); got != 1 {
			t.Errorf("%d sockets are open after ten minutes", got)
		}
		s.Sockets.Refresh(0)
		time.Sleep(time.Minute)
		if got := s.Sockets.Open(); got != 1 {
			t.Errorf("%d sockets are open after a refresh", got)
		}
	})
}

func TestARealAddress(t *testing.T) {
	s := calm(t)
	s.Channel("#inbox")
	s.Listen()
	api := slack.New(BotToken, slack.OptionAPIURL(s.APIURL()))
	if _, _, err := api.PostMessageContext(t.Context(), s.Channel("#inbox").ID, slack.MsgOptionText("real", false)); err != nil {
		t.Error(err)
	}
	var told map[string]any
	if raw, err := json.Marshal(s.API.Requests()[0].Args); err != nil || json.Unmarshal(raw, &told) != nil || told["text"] != "real" {
		t.Errorf("recorded %s, %v", raw, err)
	}
}
