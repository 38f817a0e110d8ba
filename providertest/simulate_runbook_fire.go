package providertest

import (
	"context"
	"errors"
	"fmt"

	"github.com/bianpai/bianpai/oos"
)

// fire fires the trigger once, and ends the execution that waits for it.
func (s *runbookSimulation) fire(ctx context.Context) (string, error) {
	typ := map[oos.WaitKind]oos.TriggerType{oos.WaitTimer: oos.TimerTrigger, oos.WaitEvent: oos.EventTrigger, oos.WaitAlarm: oos.AlarmTrigger}[s.trigger.Kind]
	if err := s.rehearsal.Trigger(typ, s.event(typ)); err != nil {
		return "", err
	}
	if err := s.rehearsal.Run(ctx); err != nil {
		return "", err
	}
	id := s.rehearsal.Execution().ID()
	info, err := s.engine.GetExecution(ctx, id)
	if err != nil {
		return "", err
	}
	if info.LastTriggerStatus != oos.Success {
		return "", s.firingFailed(ctx, id, info)
	}
	if err := s.rehearsal.Cancel("fired once"); err != nil {
		return "", err
	}
	if err := s.rehearsal.Run(ctx); err != nil {
		return "", err
	}
	if _, err := s.rehearsal.Result(); err != nil {
		if _, cancelled := errors.AsType[*oos.CancelledError](err); !cancelled {
			return "", err
		}
	}
	n := 0
	for line, err := range s.engine.ListExecutions(ctx, &oos.ExecutionQuery{ParentExecutionID: id}) {
		if err != nil {
			return "", err
		}
		done, err := s.statuses(ctx, line.ID)
		if err != nil {
			return "", err
		}
		n += done[oos.Success]
	}
	s.report.Tasks += n
	return fmt.Sprintf("%s trigger, by hand: %d tasks succeeded", typ, n), nil
}

// firingFailed says why what was fired did not succeed.
func (s *runbookSimulation) firingFailed(ctx context.Context, id string, info *oos.ExecutionInfo) error {
	err := &taskFailure{code: "task-failed", text: fmt.Sprintf("what the trigger fired ended %s: %s", info.LastTriggerStatus, info.LastTriggerStatusMessage)}
	for line, lineErr := range s.engine.ListExecutions(ctx, &oos.ExecutionQuery{ParentExecutionID: id}) {
		if lineErr != nil {
			return lineErr
		}
		if task := s.firstFailed(line.ID); task != nil {
			return task
		}
	}
	return err
}

// event makes up what a trigger brings.
func (s *runbookSimulation) event(typ oos.TriggerType) any {
	instance := existingID(styleOf("ALIYUN::ECS::Instance"), newSeed("sample", "event"), s.cloud.region)
	var body any
	switch typ {
	case oos.EventTrigger:
		body = map[string]any{
			"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "product": "ECS", "name": "Instance:StateChange", "level": "INFO", "ver": "1.0",
			"eventTime": "20300101T000000.000Z", "regionId": s.cloud.region, "userId": s.cloud.account, "resourceId": "acs:ecs:" + s.cloud.region + ":" + s.cloud.account + ":instance/" + instance,
			"content": map[string]any{"resourceId": instance, "resourceType": "ALIYUN::ECS::Instance", "state": "Running", "instanceId": instance},
		}
	case oos.AlarmTrigger:
		body = map[string]any{"instanceId": instance, "userId": s.cloud.account, "regionId": s.cloud.region, "device": "/dev/vda1"}
	default:
		return map[string]any{}
	}
	for _, output := range s.t.Tasks[0].Outputs {
		path := pathTokens(output.Selector.Text())
		if len(path) == 0 || at(body, path) != nil {
			continue
		}
		if name, ok := path[len(path)-1].(string); ok {
			text, _ := (&suggester{}).text(&wish{name: name}, 0, nil)
			body = put(body, path, text)
		}
	}
	return body
}

// at gives what stands at a path; nil if nothing does.
func at(v any, path []any) any {
	for _, token := range path {
		switch token := token.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[token]
		case int:
			list, _ := v.([]any)
			if token >= len(list) {
				return nil
			}
			v = list[token]
		}
	}
	return v
}
