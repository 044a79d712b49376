using Cloud.Flow.Outbound.Relay.Smarthosts;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Flow.Outbound.Relay.Traffic;

namespace Cloud.Flow.Outbound.Relay;

/// <summary>A host, and how it is to be spoken to.</summary>
/// <param name="Smarthost">Null for a host of the recipients' domain.</param>
sealed record HostTarget(MailHost Host, HostTls Tls, Smarthost? Smarthost);

/// <summary>Of the domain or smarthost that an attempt goes to.</summary>
/// <param name="Passage">Learns whether it wants less.</param>
/// <param name="Allowance">Has room for a transaction, or not.</param>
sealed record DomainTurn(Passage Passage, Allowance Allowance);

/// <summary>What is learned goes to these.</summary>
/// <param name="Address">Whether it answers.</param>
/// <param name="Domain">Whether it wants less.</param>
readonly record struct Passages(Passage Address, DomainTurn Domain);
