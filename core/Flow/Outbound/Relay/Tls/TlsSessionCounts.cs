using System.Globalization;
using Cloud.Store.Ports;
using Cloud.Trust.TlsRpt;

namespace Cloud.Flow.Outbound.Relay.Tls;

/// <summary>Counts sessions for the daily reports. RFC 8460 §3.</summary>
/// <remarks>
/// In memory first, then added to table <c>tlsrpt</c> (a partition a day, a row a domain): a process that is killed loses
/// what it counted in the last minute, and no message costs an operation of its own.
/// </remarks>
sealed class TlsSessionCounts(IRows rows, TimeProvider time) : IAsyncDisposable
{
    public const string Table = "tlsrpt";

    /// <summary>Domains counted in memory before they are written.</summary>
    const int MaxPending = 200;

    /// <summary>Tries against others that write the same row.</summary>
    const int Tries = 5;

    static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>How long a process that ends may write; what is left then is lost.</summary>
    static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    readonly Lock turn = new();
    Dictionary<(DateOnly Day, string Domain), TlsDay> pending = [];
    DateTimeOffset since = DateTimeOffset.MaxValue;
    DateTimeOffset pausedUntil;
    Task writing = Task.CompletedTask;

    public static string Partition(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public void Succeeded(string domain, TlsPolicySeen policy) => Count(domain, day => day.AddSuccess(policy));

    public void Failed(string domain, TlsPolicySeen policy, TlsFailureSeen failure) =>
        Count(domain, day => day.AddFailure(policy, failure));

    /// <summary>Writes what was counted, when it is time; what cannot be written now is kept for the next time.</summary>
    /// <returns>For who wants to wait; nothing is thrown.</returns>
    public Task FlushSoonAsync()
    {
        lock (turn)
        {
            var now = time.GetUtcNow();
            var isTime = pending.Count >= MaxPending || pending.Count > 0 && now - since >= Longest;
            if (isTime && now >= pausedUntil && writing.IsCompleted)
                writing = Task.Run(() => FlushAsync(CancellationToken.None));
            return writing;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var over = new CancellationTokenSource(LongestEnd, time);
        Task last;
        lock (turn)
            last = writing;
        await last.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await FlushAsync(over.Token);
    }

    async Task FlushAsync(CancellationToken cancel)
    {
        Dictionary<(DateOnly Day, string Domain), TlsDay> taken;
        lock (turn)
            (taken, pending, since) = (pending, [], DateTimeOffset.MaxValue);
        var isFailing = false;
        foreach (var day in taken.Values)
        {
            isFailing = isFailing || !await TryAddAsync(day, cancel);
            if (isFailing) // a store that fails is not asked for each domain
                Keep(day.Day, day.Domain, _ => day, other => other.Merge(day));
        }

        lock (turn)
            pausedUntil = isFailing ? time.GetUtcNow() + Longest : pausedUntil;
    }

    async ValueTask<bool> TryAddAsync(TlsDay day, CancellationToken cancel)
    {
        try
        {
            await AddAsync(day, cancel);
            return true;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return false;
        }
    }

    void Count(string domain, Func<TlsDay, TlsDay> next)
    {
        var day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        Keep(day, domain, next, next);
    }

    void Keep(DateOnly day, string domain, Func<TlsDay, TlsDay> first, Func<TlsDay, TlsDay> next)
    {
        lock (turn)
        {
            if (pending.TryGetValue((day, domain), out var known))
                pending[(day, domain)] = next(known);
            else if (pending.Count < 2 * MaxPending)
                pending[(day, domain)] = first(new(day, domain));
            if (since == DateTimeOffset.MaxValue)
                since = time.GetUtcNow();
        }
    }

    async ValueTask AddAsync(TlsDay day, CancellationToken cancel)
    {
        var name = KeyText.Encode(day.Domain);
        if (name.Length > RowLimits.KeyLength)
            return;
        var key = new RowKey(Partition(day.Day), name);
        for (var i = 0; i < Tries; i++)
        {
            var row = await rows.GetAsync(Table, key, cancel);
            var sum = row is null ? day : TlsDayRow.Of(row.Data).Merge(day);
            var change = new RowTransaction(key.Partition);
            if (row is null)
                change.Insert(key.Row, TlsDayRow.ToRow(sum));
            else
                change.Replace(key.Row, TlsDayRow.ToRow(sum), row.ETag);
            if ((await rows.CommitAsync(Table, change, cancel)).Committed)
                return;
        }

        throw new StoreException("Others count without a pause");
    }
}
