using System.Collections.Concurrent;
using System.Net;
using Cloud.Store.Ports;

namespace Cloud.Flow.Door.Greylisting;

/// <summary>Lets strangers try again a little later: mail servers do, most that send junk do not. RFC 6647.</summary>
/// <remarks>
/// Costs one read, and one write for a stranger's first message and for the retry; of a network that has shown to retry,
/// a read an hour. Several processes may judge together. Nothing is thrown: where the store fails or time runs out,
/// nobody waits, and the verdict says so.
/// </remarks>
public sealed class Greylist(IRows rows, TimeProvider time, GreylistOptions? options = null)
{
    /// <summary>Tries against other processes' writes; their verdicts are ours then.</summary>
    const int Tries = 5;

    /// <summary>Networks that need not wait, kept in memory.</summary>
    const int MaxKnown = 20_000;

    static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    readonly GreylistOptions options = options ?? new();
    readonly ConcurrentDictionary<RowKey, DateTimeOffset> known = [];
    readonly Stripes stripes = new();

    /// <summary>Whether a message need not wait whoever it is for, as far as this process knows: that costs nothing.</summary>
    public bool IsKnown(IPAddress client, string? spfDomain) =>
        IsKnown(GreylistRows.Key(GreylistRows.ClientOf(client, spfDomain)));

    /// <param name="request">One recipient of a message.</param>
    /// <param name="cancel">Ends the check: the message is taken then.</param>
    public async ValueTask<GreylistVerdict> CheckAsync(GreylistRequest request, CancellationToken cancel)
    {
        if ((request.Grounds & options.SkipFor) is not GreylistGrounds.None and var grounds)
            return new(GreylistOutcome.Known, $"no need to wait: {grounds}");
        if (request.Client is not { } address)
            return new(GreylistOutcome.Unavailable, "the client's address is not known");
        var client = GreylistRows.ClientOf(address, request.SpfDomain);
        var key = GreylistRows.Key(client);
        if (IsKnown(key))
            return new(GreylistOutcome.Known, "the client's network retries");
        var turn = stripes.Of(client);
        try
        {
            await turn.WaitAsync(cancel);
            try
            {
                return await JudgeAsync(key, GreylistRows.PairOf(request.Sender, request.Recipient), cancel);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            return new(GreylistOutcome.Unavailable, "out of time");
        }
        catch (StoreException fault)
        {
            return new(GreylistOutcome.Unavailable, "the store failed") { Fault = fault };
        }
    }

    async ValueTask<GreylistVerdict> JudgeAsync(RowKey key, ulong pair, CancellationToken cancel)
    {
        for (var tries = 1; ; tries++)
        {
            var row = await rows.GetAsync(GreylistRows.Table, key, cancel);
            var history = row is null ? new() : GreylistRows.From(row.Data);
            var (verdict, isChanged) = history.Judge(pair, time.GetUtcNow(), options);
            if (verdict.Outcome == GreylistOutcome.Known)
                Remember(key);
            // One who conflicts to the end has to wait: else those who come in crowds came through.
            if (!isChanged || await TryKeepAsync(key, history, row?.ETag, verdict, cancel) || tries == Tries)
                return verdict;
        }
    }

    async ValueTask<bool> TryKeepAsync(
        RowKey key,
        ClientHistory history,
        string? etag,
        GreylistVerdict verdict,
        CancellationToken cancel
    )
    {
        var data = GreylistRows.ToRow(history, options);
        var transaction = new RowTransaction(key.Partition);
        if (etag is null)
            transaction.Insert(key.Row, data);
        else
            transaction.Replace(key.Row, data, etag);
        try
        {
            return (await rows.CommitAsync(GreylistRows.Table, transaction, cancel)).Committed;
        }
        catch (StoreException) when (!verdict.IsDeferred)
        {
            return true; // It may come in, kept or not; a wait that nobody remembers would have no end.
        }
    }

    bool IsKnown(RowKey key) => known.TryGetValue(key, out var until) && time.GetUtcNow() < until;

    void Remember(RowKey key)
    {
        if (known.Count >= MaxKnown)
            known.Clear();
        known[key] = time.GetUtcNow() + KnownFor;
    }
}
