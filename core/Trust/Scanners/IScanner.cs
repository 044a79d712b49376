using System.Net;
using Cloud.Store.Ports;

namespace Cloud.Trust.Scanners;

/// <summary>A program of somebody else's that judges mail: rspamd, SpamAssassin, ClamAV.</summary>
/// <remarks>
/// Invariants: nothing is thrown, whatever the program answers or leaves out; an answer counts only when all of it came; a
/// scan ends with its time; what is read of an answer is bounded. That a scanner failed is a verdict, and what follows from
/// it is the operator's choice (<see cref="ScanPolicy"/>).
/// </remarks>
public interface IScanner
{
    /// <summary>For traces and headers: <c>rspamd</c>, <c>spamd</c>, <c>clamd</c>.</summary>
    string Name { get; }

    /// <returns>A failure, too, when <paramref name="cancel"/> ends the scan.</returns>
    Task<ScanVerdict> ScanAsync(ScanMessage message, ScanClient client, CancellationToken cancel);
}

/// <summary>A message at rest: each scanner opens it for itself.</summary>
/// <param name="Length">Octets.</param>
/// <param name="OpenAsync">Gives them from the first; a <see cref="StoreException"/> or <see cref="IOException"/> fails the scan.</param>
public sealed record ScanMessage(long Length, Func<CancellationToken, ValueTask<Stream>> OpenAsync)
{
    public static ScanMessage Of(byte[] octets) =>
        new(octets.Length, _ => ValueTask.FromResult<Stream>(new MemoryStream(octets, writable: false)));
}

/// <summary>What the session knows of a message. Text comes from strangers.</summary>
/// <param name="Address">Of the SMTP client; null where it cannot be trusted.</param>
/// <param name="Helo">What it called itself.</param>
/// <param name="HostName">Its verified name; null for none.</param>
/// <param name="Sender">The reverse path without angle brackets; empty for the null sender.</param>
/// <param name="Recipients">The forward paths.</param>
/// <param name="QueueId">The transaction, as in our traces.</param>
public sealed record ScanClient(
    IPAddress? Address,
    string Helo,
    string? HostName,
    string Sender,
    IReadOnlyList<string> Recipients,
    string QueueId
)
{
    /// <summary>Who has authenticated; null for mail from outside.</summary>
    public string? User { get; init; }
}
