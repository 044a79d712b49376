namespace Cloud.Flow.Outbound.Relay;

/// <summary>A host that was spoken to, or could not be.</summary>
/// <param name="Name">As records or settings name it.</param>
/// <param name="Address">IP address and port; null where it came to none.</param>
/// <param name="Tls">Version, cipher suite and how it was checked; null in clear.</param>
sealed record HostSeen(string Name, string? Address = null, string? Tls = null)
{
    public override string ToString() => Address is null ? Name : $"{Name} {Address}";
}

/// <summary>It is not a message's turn yet.</summary>
/// <param name="Reason">For the sender and the trace.</param>
/// <param name="Again">When it is to look again.</param>
sealed record Delay(string Reason, DateTimeOffset Again);
