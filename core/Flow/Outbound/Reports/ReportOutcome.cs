namespace Cloud.Flow.Outbound.Reports;

/// <summary>What became of one report.</summary>
enum ReportOutcome
{
    /// <summary>It is in the outbox, or was handed over.</summary>
    Sent,

    /// <summary>Nobody wants it.</summary>
    Unwanted,

    /// <summary>Its recipient cannot be asked, or does not answer: it is tried again.</summary>
    Later,

    /// <summary>A fault of ours, with this report alone: it is given up.</summary>
    Failed,
}

/// <summary>One try of a report.</summary>
/// <param name="isLast">It is not tried again: who is known by then gets it.</param>
/// <param name="done">Web servers that need not be asked any more, by earlier tries.</param>
sealed class ReportTry(bool isLast, IEnumerable<string> done)
{
    readonly HashSet<string> addresses = [.. done];
    readonly Lock turn = new();

    public bool IsLast => isLast;

    /// <summary>Web servers that took it, or refused it for good.</summary>
    public IReadOnlyList<string> Done
    {
        get
        {
            lock (turn)
                return [.. addresses];
        }
    }

    public static ReportTry First() => new(isLast: false, []);

    public bool IsDone(Uri address)
    {
        lock (turn)
            return addresses.Contains(address.AbsoluteUri);
    }

    public void Finish(Uri address)
    {
        lock (turn)
            addresses.Add(address.AbsoluteUri);
    }
}

/// <summary>What one run did.</summary>
public sealed record ReportsResult
{
    /// <summary>DMARC reports that went to the outbox.</summary>
    public int Dmarc { get; set; }

    /// <summary>TLS reports that went to the outbox or to a web server.</summary>
    public int Tls { get; set; }

    /// <summary>Reports that could not be sent for now.</summary>
    public int Later { get; set; }

    /// <summary>Reports that could not be made or sent, and will not be.</summary>
    public int GivenUp { get; set; }

    /// <summary>The domain of the last of these.</summary>
    public string? GivenUpFor { get; set; }

    /// <summary>What was wrong with the last report that a fault of ours stopped, and whose it was; null for none.</summary>
    internal (Exception Exception, string Domain)? Fault { get; set; }

    /// <summary>Whom unsigned reports came from, which is no domain of ours; null for none.</summary>
    internal string? UnsignedFrom { get; set; }

    /// <summary>Whether all that is due is done; else the next run goes on.</summary>
    public bool IsComplete { get; set; }
}
