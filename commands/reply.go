package commands

import (
	"errors"
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/reply"
	"ponte/storage"
)

var (
	onConversation = []string{act.OnConversation}
	onReply        = []string{act.OnReply, act.OnConversation}
	managers       = []bot.Role{bot.Manager}
)

func (b *Book) replyTo() Spec {
	return Spec{
		Name: "reply", Asks: true, Options: []act.Option{Required(Rest(Option("text", act.TextOption)))}, Roles: managers, About: onConversation,
		Examples: []string{"reply Thank you, Maria. We are on it."}, Run: b.runReply,
	}
}

// runReply opens the form when there is no text, and sends off what there is.
func (b *Book) runReply(tx *storage.Tx, req *Request) (act.Answer, error) {
	c, text := *req.Conversation, req.Values["text"]
	if !req.Submitted && strings.TrimSpace(text) == "" {
		if req.Reply != nil {
			text = req.Reply.Text
		}
		f, err := b.desk.Form(tx, req.Person, c, text)
		return act.Answer{Form: &f}, err
	}
	seen := req.Seen
	if !req.Submitted {
		n, err := reply.Missed(tx, &c, req.Scene)
		if err != nil {
			return act.Answer{}, err
		}
		if seen = -1; n > 0 {
			seen = c.Moves - n
		}
	}
	_, err := b.desk.Send(tx, reply.Order{Conversation: c, By: req.Person.ID, Text: text, Token: req.Token, Seen: seen})
	var e *bot.Error
	if errors.As(err, &e) && e.Key == "error.moved" {
		f, err := b.desk.Moved(tx, req.Person, c, text, seen)
		return act.Answer{Form: &f, Refused: true}, err
	}
	return act.Answer{}, err
}

func (b *Book) leave() Spec {
	return Spec{Name: "leave", Roles: managers, About: onConversation, Inner: true, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		return act.Answer{}, b.relay.Writes(tx, req.Person.ID, *req.Conversation, false)
	}}
}

// theReply is the reply that was clicked, or the one of the thread that the command can mean.
func theReply(tx *storage.Tx, req *Request, of func(*storage.Tx, *bot.Conversation) (bot.Reply, error)) (bot.Reply, error) {
	if req.Reply != nil {
		return *req.Reply, nil
	}
	return of(tx, req.Conversation)
}

func (b *Book) undo() Spec {
	return Spec{Name: "undo", Roles: managers, About: onReply, Examples: []string{"undo"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		r, err := theReply(tx, req, b.desk.Waiting)
		if err != nil {
			return act.Answer{}, err
		}
		return act.Answer{}, b.desk.Undo(tx, req.Person.ID, r)
	}}
}

func (b *Book) now() Spec {
	return Spec{Name: "now", Roles: managers, About: onReply, Examples: []string{"now"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		r, err := theReply(tx, req, b.desk.Waiting)
		if err != nil {
			return act.Answer{}, err
		}
		return act.Answer{}, b.desk.Now(tx, req.Person.ID, r)
	}}
}

func (b *Book) edit() Spec {
	return Spec{
		Name: "edit", Asks: true, Options: []act.Option{Required(Rest(Option("text", act.TextOption)))}, Roles: managers, About: onReply,
		Examples: []string{"edit Thank you, Maria. Here is the link again."}, Run: b.runEdit,
	}
}

func (b *Book) runEdit(tx *storage.Tx, req *Request) (act.Answer, error) {
	r, err := theReply(tx, req, b.desk.Standing)
	if err != nil {
		return act.Answer{}, err
	}
	if strings.TrimSpace(req.Values["text"]) == "" && !req.Submitted {
		f, err := b.desk.EditForm(tx, r)
		return act.Answer{Form: &f}, err
	}
	if req.Submitted && req.Seen != r.Revision {
		return act.Answer{}, bot.Errorf(bot.Conflict, "error.post_move")
	}
	return act.Answer{}, b.desk.Rewrite(tx, req.Person.ID, r, req.Values["text"])
}

func (b *Book) remove() Spec {
	return Spec{Name: "delete", Roles: managers, About: onReply, Examples: []string{"delete"}, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		r, err := theReply(tx, req, b.desk.Standing)
		if err != nil {
			return act.Answer{}, err
		}
		if req.Seen < 0 { // no button that asked before it was pressed
			f, err := b.desk.DeleteForm(tx, r)
			return act.Answer{Form: &f}, err
		}
		if req.Submitted && req.Seen != r.Revision {
			return act.Answer{}, bot.Errorf(bot.Conflict, "error.post_move")
		}
		return act.Answer{}, b.desk.Remove(tx, req.Person.ID, r)
	}}
}

func (b *Book) isOut() Spec     { return b.settle("is-out", true) }
func (b *Book) sendAgain() Spec { return b.settle("send-again", false) }

// settle lets a person say what became of a reply of unknown outcome.
func (b *Book) settle(name string, happened bool) Spec {
	return Spec{Name: name, Label: "action." + name, Roles: managers, About: onReply, Inner: true, Run: func(tx *storage.Tx, req *Request) (act.Answer, error) {
		r, err := theReply(tx, req, b.desk.Uncertain)
		if err != nil {
			return act.Answer{}, err
		}
		return act.Answer{}, b.desk.Settle(tx, req.Person.ID, r, happened)
	}}
}
