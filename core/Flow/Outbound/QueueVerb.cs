namespace Cloud.Flow.Outbound;

/// <summary>What can be done with a message that waits; see <see cref="OutboxControl"/>.</summary>
public enum QueueVerb
{
    Hold,
    Release,
    Cancel,
    Retry,
}
