package transport

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/alicloud"
)

// log writes the record of a call.
func (t *Transport) log(ctx context.Context, req *alicloud.Request, resp *alicloud.Response, err error, took time.Duration) {
	l := t.opts.Logger
	if l == nil {
		return
	}
	level, message := slog.LevelDebug, "call"
	if err != nil {
		level, message = slog.LevelWarn, "call failed"
	} else if resp.Status >= 300 {
		level, message = slog.LevelInfo, "call refused"
	}
	if !l.Enabled(ctx, level) && level != slog.LevelDebug {
		return
	}
	attrs := []slog.Attr{slog.String("product", req.Product), slog.String("api", req.API), slog.String("region", req.Region), slog.Duration("took", took)}
	var e *provider.Error
	if err == nil {
		attrs = append(attrs, slog.Int("status", resp.Status))
		if e = alicloud.AnswerError(req, resp); e != nil && level == slog.LevelDebug {
			level, message = slog.LevelInfo, "call refused"
		}
		if e == nil {
			attrs = append(attrs, slog.String("request_id", plainID(resp.Header["X-Acs-Request-Id"])))
		}
	} else if e, _ = errors.AsType[*provider.Error](err); e == nil {
		attrs = append(attrs, slog.String("code", err.Error())) // the context's
	}
	if e != nil {
		attrs = append(attrs, slog.String("code", e.Code), slog.String("kind", e.Kind.String()), slog.String("request_id", e.RequestID))
	}
	l.LogAttrs(ctx, level, message, attrs...)
}
