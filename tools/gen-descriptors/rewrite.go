package main

import (
	"regexp"
	"strings"

	"github.com/bianpai/bianpai/provider"
	"github.com/bianpai/bianpai/provider/schema"
)

// ids are physical IDs that the table describes in words.
var ids = map[string]string{
	"ALIYUN::ECS::AssignIpv6Addresses":                 "{NetworkInterfaceId}:{Ipv6Sets.Ipv6Address}",
	"ALIYUN::ECS::AssignPrivateIpAddresses":            "{NetworkInterfaceId}:{AssignedPrivateIpAddressesSet.PrivateIpSet.PrivateIpAddress}",
	"ALIYUN::VPC::SnatEntry":                           "SnatEntryId",
	"ALIYUN::VPC::NetworkAclAssociation":               "{NetworkAclId}:{Resources[*].ResourceId}",
	"ALIYUN::SLB::BackendServerAttachment":             "{LoadBalancerId}:{BackendServers[*].ServerId|BackendServerList}",
	"ALIYUN::SLB::BackendServerToVServerGroupAddition": "{VServerGroupId}:{BackendServers[*].ServerId}",
	"ALIYUN::ALB::BackendServerAttachment":             "{ServerGroupId}:{Servers[*].ServerId}",
	"ALIYUN::NLB::BackendServerAttachment":             "{ServerGroupId}:{Servers[*].ServerId}",
	"ALIYUN::ALB::AdditionalCertificateAssociation":    "{ListenerId}:{Certificates[*].CertificateId|CertificateIds}",
	"ALIYUN::RAM::SecurityPreference":                  "{security-preference}",
	"ALIYUN::ESS::ServerGroupAttachment":               "{ScalingGroupId}:{ServerGroups[*].ServerGroupId}",
	"ALIYUN::ESS::AlbServerGroupAttachment":            "{ScalingGroupId}:{AlbServerGroups[*].AlbServerGroupId|AlbServerGroup[*].AlbServerGroupId}",
	"ALIYUN::CS::ClusterAddons":                        "{ClusterId}:{Addons[*].Name}",
	"ALIYUN::CMS::MonitorGroupInstances":               "{GroupId}:{Instances[*].InstanceId}",
	"ALIYUN::CMS::MetricRuleTargets":                   "{RuleId}:{Targets[*].Id}",
}

// fields are those of a wait that the table shortens.
var fields = map[string]string{
	"AssociateVpcs[VpcId].AssociateStatus":          "AssociateVpcs[?VpcId=$p.VpcId].AssociateStatus",
	"AnycastEipBindInfoList[BindInstanceId].Status": "AnycastEipBindInfoList[?BindInstanceId=$p.BindInstanceId].Status",
}

var jsonShape = regexp.MustCompile(`^(\w+)(?:>(\w+))?\|json\[\{(.*)\}\]$`)

// mapping gives an item in the form that the descriptors have.
func (w *writer) mapping(text string) string {
	if m := jsonShape.FindStringSubmatch(text); m != nil {
		target := m[2]
		if target == "" {
			target = m[1]
		}
		var props map[string]*provider.Property
		if t := schema.Default().Type(w.typ); t != nil {
			props = members(t.Properties[m[1]])
		}
		return m[1] + ">" + target + "[]{" + shape(m[3], props) + "}|json"
	}
	text = strings.Replace(text, "|b64 unless ContentEncoding=Base64", "|b64unless(ContentEncoding=Base64)", 1)
	text = strings.Replace(text, "|map by Name{", "|by(Name){", 1)
	text = strings.Replace(text, "|map {AdditionalVersion: AdditionalWeight}", "|pair(AdditionalWeight)", 1)
	return text
}

// shape pairs the names of a wire form with the members of a property.
func shape(text string, props map[string]*provider.Property) string {
	var out []string
	for text != "" {
		end := strings.IndexAny(text, ",[")
		if end < 0 {
			end = len(text)
		}
		wire, inner := text[:end], ""
		text = text[end:]
		if strings.HasPrefix(text, "[{") {
			close := strings.Index(text, "}]")
			inner, text = text[2:close], text[close+2:]
		}
		text = strings.TrimPrefix(text, ",")
		own := ownName(wire, props)
		item := own + ">" + wire
		if inner != "" {
			item += "[]{" + shape(inner, members(props[own])) + "}"
		}
		out = append(out, item)
	}
	return strings.Join(out, ",")
}

func ownName(wire string, props map[string]*provider.Property) string {
	for name := range props {
		if strings.EqualFold(name, wire) || strings.EqualFold("Tag"+name, wire) {
			return name
		}
	}
	if rest, ok := strings.CutPrefix(wire, "Tag"); ok {
		return rest
	}
	return strings.ToUpper(wire[:1]) + wire[1:]
}

func members(p *provider.Property) map[string]*provider.Property {
	for p != nil && p.Items != nil {
		p = p.Items
	}
	if p == nil {
		return nil
	}
	return p.Properties
}
