package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"ponte/bot"
)

// refusals says what Slack's codes mean. What is not here is a refusal as well,
// which nothing is known of but its code.
var refusals = map[string]struct {
	kind bot.Kind
	key  string
}{
	"channel_not_found":                        {bot.NotFound, "slack.no_channel"},
	"not_in_channel":                           {bot.Denied, "slack.not_here"},
	"is_archived":                              {bot.Denied, "slack.archived"},
	"message_not_found":                        {bot.NotFound, "slack.no_message"},
	"cant_update_message":                      {bot.Denied, "slack.cannot"},
	"edit_window_closed":                       {bot.Denied, "slack.cannot"},
	"thread_not_found":                         {bot.NotFound, "slack.thread_gone"},
	"invalid_thread_ts":                        {bot.NotFound, "slack.thread_gone"},
	"cannot_reply_to_message":                  {bot.NotFound, "slack.thread_gone"},
	"no_such_subteam":                          {bot.NotFound, "slack.no_group"},
	"restricted_action":                        {bot.Denied, "slack.restricted"},
	"restricted_action_thread_only_channel":    {bot.Denied, "slack.restricted"},
	"restricted_action_non_threadable_channel": {bot.Denied, "slack.restricted"},
	"restricted_action_read_only_channel":      {bot.Denied, "slack.restricted"},
	"restricted_action_thread_locked":          {bot.Denied, "slack.restricted"},
	"messages_tab_disabled":                    {bot.Denied, "slack.restricted"},
	"invalid_auth":                             {bot.Denied, "slack.token"},
	"not_authed":                               {bot.Denied, "slack.token"},
	"token_revoked":                            {bot.Denied, "slack.token"},
	"token_expired":                            {bot.Denied, "slack.token"},
	"account_inactive":                         {bot.Denied, "slack.token"},
	"org_login_required":                       {bot.Denied, "slack.token"},
	"team_access_not_granted":                  {bot.Denied, "slack.token"},
	"missing_scope":                            {bot.Denied, "slack.no_scope"},
	"no_permission":                            {bot.Denied, "slack.no_scope"},
	"not_allowed_token_type":                   {bot.Denied, "slack.no_scope"},
	"ratelimited":                              {bot.RateLimited, "slack.busy_slack"},
	"rate_limited":                             {bot.RateLimited, "slack.busy_slack"},
	"message_limit_exceeded":                   {bot.RateLimited, "slack.busy_slack"},
	"accesslimited":                            {bot.Denied, "slack.token"},
	// after these it is possible that some of it was done
	"internal_error":      {bot.Ambiguous, "slack.unclear"},
	"fatal_error":         {bot.Ambiguous, "slack.unclear"},
	"service_unavailable": {bot.Ambiguous, "slack.unclear"},
	"request_timeout":     {bot.Ambiguous, "slack.unclear"},
}

// unsaid is how long is waited when Slack asks for it without saying how long.
const unsaid = 30 * time.Second

// Fault says in Ponte's words what an error of the Web API means.
func Fault(err error, reached bool, channel string) *bot.Error {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &bot.Error{Kind: bot.RateLimited, Key: "slack.busy_slack", RetryAfter: max(limited.RetryAfter, time.Second), Parks: bot.ParksBudget, Err: err}
	}
	if refused, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return refusal(refused, channel)
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok && status.Code == http.StatusTooManyRequests {
		return &bot.Error{Kind: bot.RateLimited, Key: "slack.busy_slack", RetryAfter: unsaid, Parks: bot.ParksBudget, Err: err}
	}
	if !reached {
		return bot.Errorf(bot.Unavailable, "slack.unreachable").Because(err)
	}
	return bot.Errorf(bot.Ambiguous, "slack.unclear").Because(err)
}

func refusal(refused slack.SlackErrorResponse, channel string) *bot.Error {
	known, ok := refusals[refused.Err]
	if !ok {
		return bot.Errorf(bot.Invalid, "slack.refused", "Code", refused.Err).Because(reasons(refused))
	}
	e := &bot.Error{Kind: known.kind, Key: known.key, Err: refused, Args: map[string]string{
		"Channel": channel, "Code": refused.Err, "Scope": refused.Needed,
	}}
	if e.Kind == bot.RateLimited {
		e.RetryAfter, e.Parks = unsaid, bot.ParksBudget
	}
	return e
}

// reasons has what Slack says of blocks that it refuses, for the log.
func reasons(refused slack.SlackErrorResponse) error {
	out := []error{refused}
	for _, m := range refused.ResponseMetadata.Messages {
		out = append(out, errors.New(m))
	}
	return errors.Join(out...)
}

// hopeless are the codes after which asking for a connection again is of no use.
var hopeless = []string{
	"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope",
	"not_allowed_token_type", "no_permission", "org_login_required", "access_denied", "app_missing_action_url",
}

// Again reports whether a connection is asked for again after an error, and when at
// the soonest.
func Again(err error) (wait time.Duration, again bool) {
	if limited, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return max(limited.RetryAfter, time.Second), true
	}
	code, refused := Code(err)
	return 0, !refused || !slices.Contains(hopeless, code)
}

// patience is how long one call may take.
const patience = 15 * time.Second

// Try makes one call. Its error says by its kind what is known of it: before there
// was a connection, nothing can have happened. The channel is named as people call it.
func Try(ctx context.Context, channel string, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var reached atomic.Bool
	err := call(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { reached.Store(true) }}))
	if err == nil {
		return nil
	}
	return Fault(err, reached.Load(), channel)
}

// Refused reports whether an error of Try says that Slack does not take the token.
func Refused(err error) bool {
	e, ok := errors.AsType[*bot.Error](err)
	return ok && e.Key == "slack.token"
}

// Code returns the code of a refusal; ok is false for any other error.
func Code(err error) (code string, ok bool) {
	refused, ok := errors.AsType[slack.SlackErrorResponse](err)
	return refused.Err, ok
}
