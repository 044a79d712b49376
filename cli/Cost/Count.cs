namespace Cloud.Cli.Cost;

/// <summary>What was counted.</summary>
/// <param name="BlobWrites">Requests: a large blob takes many.</param>
/// <param name="RowReads">Rows and pages of rows.</param>
/// <param name="RowChanges">Rows changed in transactions.</param>
/// <param name="Executions">Calls that the Functions app answered.</param>
/// <param name="Lasted">All executions together, on this machine.</param>
/// <param name="Sent">Octets to clients and other servers, before TLS.</param>
/// <param name="BlobOctets">Octets of new blobs, copies included.</param>
/// <param name="RowOctets">Octets of new rows.</param>
sealed record Count(
    long BlobWrites,
    long BlobReads,
    long RowReads,
    long Transactions,
    long RowChanges,
    long QueueOperations,
    long Executions,
    TimeSpan Lasted,
    long Sent,
    long BlobOctets,
    long RowOctets
)
{
    public static readonly Count None = new(0, 0, 0, 0, 0, 0, 0, default, 0, 0, 0);

    /// <summary>What this has beyond another, and nothing less than nothing.</summary>
    public Count Beyond(Count other) =>
        new(
            Math.Max(0, BlobWrites - other.BlobWrites),
            Math.Max(0, BlobReads - other.BlobReads),
            Math.Max(0, RowReads - other.RowReads),
            Math.Max(0, Transactions - other.Transactions),
            Math.Max(0, RowChanges - other.RowChanges),
            Math.Max(0, QueueOperations - other.QueueOperations),
            Math.Max(0, Executions - other.Executions),
            Lasted > other.Lasted ? Lasted - other.Lasted : default,
            Math.Max(0, Sent - other.Sent),
            Math.Max(0, BlobOctets - other.BlobOctets),
            Math.Max(0, RowOctets - other.RowOctets)
        );

    /// <param name="memory">Of a Functions instance, MB.</param>
    /// <param name="logged">Octets of log that are taken in for each execution.</param>
    public Quantities On(int memory, ExecutionBilling billing, decimal logged) =>
        new()
        {
            [Meter.BlobWrite] = BlobWrites,
            [Meter.BlobRead] = BlobReads,
            [Meter.TableOperation] = RowReads + Transactions,
            [Meter.QueueOperation] = QueueOperations,
            [Meter.Execution] = Executions,
            [Meter.GigabyteSecond] = Executions * Seconds(billing) * memory / 1024,
            [Meter.EgressOctet] = Sent,
            [Meter.LogOctet] = Executions * logged,
            [Meter.BlobOctetMonth] = BlobOctets,
            [Meter.TableOctetMonth] = RowOctets,
        };

    decimal Seconds(ExecutionBilling billing) =>
        Executions == 0 ? 0 : (decimal)billing.Billed(Lasted / Executions).TotalSeconds;
}
