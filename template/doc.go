// Package template reads templates of Alibaba Cloud's Resource Orchestration
// Service (ROS) and evaluates them.
package template
