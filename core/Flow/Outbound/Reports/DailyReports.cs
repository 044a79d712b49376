using Cloud.Dns;
using Cloud.Flow.Outbound.Relay.Tls;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Trust.Dmarc;
using Cloud.Trust.TlsRpt;

namespace Cloud.Flow.Outbound.Reports;

/// <summary>Sends the reports of a day when it is over, once over all processes.</summary>
/// <remarks>
/// Run it every hour or so; most runs read two rows and end. A run holds a lease, does the domains in order, and says in a
/// row how far it is; the next goes on there. A report's id is derived from its day and domain, so that one which is made
/// twice is sent once. What cannot be sent for now is tried by the next runs for a day.
/// </remarks>
public sealed class DailyReports : IAsyncDisposable
{
    /// <summary>How often it is run, and when: at so long after each full hour.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <inheritdoc cref="Every"/>
    public static readonly TimeSpan Offset = TimeSpan.FromMinutes(43);

    /// <summary>After midnight, UTC: until then others may still hand over counts of the day.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMinutes(30);

    /// <summary>How long others wait for a run that has ended without a word.</summary>
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(15);

    /// <summary>Domains that are done at a time, each with some tens of MiB at worst; then the place is kept.</summary>
    const int DomainsAtATime = 3;

    /// <summary>For one domain, its name servers and web servers.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(90);

    /// <summary>Days that are made up for, after a time without runs.</summary>
    const int MaxDays = 3;

    /// <summary>Days for which counts are kept, and days before those in which leftovers are looked for: after weeks without runs.</summary>
    const int KeptDays = 4;
    const int OlderDays = 60;

    /// <summary>Runs in which a late report is tried: a day of them, which is what RFC 8460 §5.4 advises.</summary>
    const int MaxTries = 24;

    /// <summary>Late reports of a run; more than so many would be a fault of ours.</summary>
    const int MaxLate = 1000;

    readonly IRows rows;
    readonly MailDirectory directory;
    readonly TimeProvider time;
    readonly ReportOptions options;
    readonly CountedMail counted;
    readonly ReportProgressRows places;
    readonly DmarcReporting dmarc;
    readonly TlsReporting tls;
    readonly ReceivedReports received;
    readonly HttpReports http;
    readonly IAsyncDisposable? resolver;

    internal DailyReports(
        IRows store,
        MailDirectory addresses,
        ReportMail mail,
        ReceivedReports reports,
        IResolver names,
        HttpReports web,
        ReportOptions settings,
        TimeProvider clock
    )
    {
        (rows, directory, time, options, received, http) = (store, addresses, clock, settings, reports, web);
        resolver = names as IAsyncDisposable;
        (counted, places) = (new(store), new(store));
        dmarc = new(mail, new ReportDestinations(names));
        tls = new(mail, names, web);
    }

    /// <summary>Works until all that is due is done, or until the limit. What is old is removed even where nothing is sent.</summary>
    /// <exception cref="StoreException">The store fails; the next run goes on.</exception>
    public async ValueTask<ReportsResult> RunAsync(TimeSpan limit, CancellationToken cancel)
    {
        var result = new ReportsResult();
        var now = time.GetUtcNow();
        var due = DateOnly.FromDateTime((now - Settled).UtcDateTime).AddDays(-1);
        var place = await places.ReadAsync(cancel);
        var isNew = place is null || (place.Stage == ReportStage.Done && place.Day < due);
        var late = await places.ReadLateAsync(cancel);
        if (place is { Stage: ReportStage.Done } && !isNew && late.Count == 0)
            return result with { IsComplete = true };
        if (place is { } other && other.LeaseEnd > now)
            return result; // somebody else is at it
        if (isNew)
            place = First(due, place);
        place = await places.WriteAsync(place! with { LeaseEnd = now + Lease });
        if (place is null)
            return result;

        var run = new Run(await ReportSender.FindAsync(options, directory, cancel), result, now + limit, cancel);
        place = await GoOnAsync(place, due, run);
        if (place is null)
            return Counted(result); // somebody else has gone on
        foreach (var one in late.Take(MaxLate))
            await RetryAsync(one, run);
        await places.WriteAsync(place with { LeaseEnd = default });
        return Counted(result with { IsComplete = place.Stage == ReportStage.Done && place.Day >= due });
    }

    /// <summary>Does one day after the other until the one that is due.</summary>
    /// <returns>How far it is; null when somebody else has gone on.</returns>
    async ValueTask<ReportProgress?> GoOnAsync(ReportProgress place, DateOnly due, Run run)
    {
        while (!IsOver(run))
        {
            if (await GoOnAsync(place, run) is not { } next)
                return null;
            place = next;
            if (place.Stage != ReportStage.Done || place.Day >= due)
                break;
            if (
                await places.WriteAsync(First(due, place) with { LeaseEnd = time.GetUtcNow() + Lease }) is not { } begun
            )
                return null;
            place = begun;
        }
        return place;
    }

    static ReportsResult Counted(ReportsResult result)
    {
        ReportMeter.Send(ReportSummary.Dmarc, result.Dmarc);
        ReportMeter.Send(ReportSummary.Tls, result.Tls);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (resolver is not null)
            await resolver.DisposeAsync();
    }

    sealed record Run(ReportSender Sender, ReportsResult Result, DateTimeOffset End, CancellationToken Cancel);

    bool IsOver(Run run) => run.Cancel.IsCancellationRequested || time.GetUtcNow() >= run.End;

    /// <summary>The day after the last, or the first of those that are made up for.</summary>
    static ReportProgress First(DateOnly due, ReportProgress? last)
    {
        var oldest = last is null ? due : due.AddDays(1 - MaxDays);
        var day = last is not null && last.Day.AddDays(1) > oldest ? last.Day.AddDays(1) : oldest;
        return new(day, ReportStage.Dmarc, "", default, last?.ETag);
    }

    /// <summary>Does what is left of a day.</summary>
    /// <returns>Null when somebody else has gone on.</returns>
    async ValueTask<ReportProgress?> GoOnAsync(ReportProgress place, Run run)
    {
        if (place.Stage == ReportStage.Dmarc)
        {
            var after = place.After.Length == 0 ? null : place.After;
            var reports = options.SendsDmarc
                ? counted.ReadAsync(place.Day, after, run.Cancel)
                : Nothing<DailyAggregate>();
            var next = await EachAsync(place, reports, day => day.PolicyDomain, SendAsync, run);
            if (next is null || IsOver(run))
                return next;
            place = next with { Stage = ReportStage.Tls, After = "" };
        }
        if (place.Stage == ReportStage.Tls)
        {
            var reports = options.SendsTls ? SessionsAsync(place.Day, place.After, run) : Nothing<TlsDay>();
            var next = await EachAsync(place, reports, day => day.Domain, SendAsync, run);
            if (next is null || IsOver(run))
                return next;
            await ForgetAsync(place.Day, run);
            place = next with { Stage = ReportStage.Done, After = "" };
        }
        return await places.WriteAsync(place);
    }

    async ValueTask<ReportProgress?> EachAsync<T>(
        ReportProgress place,
        IAsyncEnumerable<T> days,
        Func<T, string> nameOf,
        Func<T, ReportTry, Run, ValueTask<ReportOutcome>> send,
        Run run
    )
    {
        await foreach (var some in days.Chunk(DomainsAtATime))
        {
            if (IsOver(run))
                break;
            var tries = some.Select(_ => ReportTry.First()).ToList();
            var outcomes = await Task.WhenAll(some.Zip(tries, (day, one) => send(day, one, run).AsTask()));
            foreach (var (day, outcome, one) in some.Zip(outcomes, tries))
                await NoteAsync(place.Day, place.Stage, nameOf(day), outcome, one, run);
            place = place with { After = nameOf(some[^1]), LeaseEnd = time.GetUtcNow() + Lease };
            if (await places.WriteAsync(place) is not { } kept)
                return null;
            place = kept;
        }
        return place;
    }

    async ValueTask NoteAsync(
        DateOnly day,
        ReportStage stage,
        string domain,
        ReportOutcome outcome,
        ReportTry attempt,
        Run run
    )
    {
        if (outcome == ReportOutcome.Later)
        {
            await places.PutOffAsync(day, stage, domain, tries: 1, attempt.Done);
            run.Result.Later++;
        }
        else if (outcome == ReportOutcome.Failed)
        {
            GiveUp(domain, run);
        }
        else if (outcome == ReportOutcome.Sent)
        {
            if (run.Sender.SigningDomain is null)
                run.Result.UnsignedFrom = run.Sender.Domain;
            run.Result.Dmarc += stage == ReportStage.Dmarc ? 1 : 0;
            run.Result.Tls += stage == ReportStage.Tls ? 1 : 0;
        }
    }

    ValueTask<ReportOutcome> SendAsync(DailyAggregate day, ReportTry attempt, Run run) =>
        WithinAsync(cancel => dmarc.SendAsync(day, run.Sender, attempt, cancel), day.PolicyDomain, run);

    ValueTask<ReportOutcome> SendAsync(TlsDay day, ReportTry attempt, Run run) =>
        WithinAsync(cancel => tls.SendAsync(day, run.Sender, attempt, cancel), day.Domain, run);

    /// <summary>Nobody's servers hold up the others for long, and nobody's names or records end the run.</summary>
    async ValueTask<ReportOutcome> WithinAsync(
        Func<CancellationToken, ValueTask<ReportOutcome>> send,
        string domain,
        Run run
    )
    {
        using var limit = new CancellationTokenSource(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, run.Cancel);
        try
        {
            return await send(either.Token);
        }
        catch (OperationCanceledException) when (!run.Cancel.IsCancellationRequested)
        {
            return ReportOutcome.Later;
        }
        catch (Exception e) when (e is not (StoreException or OperationCanceledException))
        {
            run.Result.Fault = (e, domain);
            return ReportOutcome.Failed;
        }
    }

    static void GiveUp(string domain, Run run)
    {
        run.Result.GivenUp++;
        run.Result.GivenUpFor = domain;
    }

    async ValueTask RetryAsync(LateReport late, Run run)
    {
        if (IsOver(run))
            return;
        var attempt = new ReportTry(late.Tries >= MaxTries, late.Done);
        var outcome = late.Stage switch
        {
            ReportStage.Dmarc when !options.SendsDmarc => ReportOutcome.Unwanted,
            ReportStage.Tls when !options.SendsTls => ReportOutcome.Unwanted,
            ReportStage.Dmarc => await counted.FindAsync(late.Day, late.Domain, run.Cancel) is { } day
                ? await SendAsync(day, attempt, run)
                : ReportOutcome.Unwanted,
            _ => await FindSessionsAsync(late.Day, late.Domain, run.Cancel) is { } day
                ? await SendAsync(day, attempt, run)
                : ReportOutcome.Unwanted,
        };
        if (outcome == ReportOutcome.Later && late.Tries < MaxTries)
        {
            await places.PutOffAsync(late.Day, late.Stage, late.Domain, late.Tries + 1, attempt.Done);
            run.Result.Later++;
            return;
        }
        await places.RemoveAsync(late);
        if (outcome != ReportOutcome.Later)
        {
            await NoteAsync(late.Day, late.Stage, late.Domain, outcome, attempt, run);
            return;
        }
        GiveUp(late.Domain, run);
    }

    async IAsyncEnumerable<TlsDay> SessionsAsync(DateOnly day, string after, Run run)
    {
        var range = new RowRange(
            TlsSessionCounts.Partition(day),
            after.Length == 0 ? "" : KeyText.Encode(after) + " ",
            null
        );
        await foreach (var row in rows.ReadAsync(TlsSessionCounts.Table, range, run.Cancel))
        {
            if (TlsDayRow.TryRead(row.Data) is { } sessions)
                yield return sessions;
            else
                GiveUp(row.Data.String("Domain") ?? row.Key.Row, run); // damaged, and will be the next time
        }
    }

    async ValueTask<TlsDay?> FindSessionsAsync(DateOnly day, string domain, CancellationToken cancel)
    {
        var key = new RowKey(TlsSessionCounts.Partition(day), KeyText.Encode(domain));
        return await rows.GetAsync(TlsSessionCounts.Table, key, cancel) is { } row ? TlsDayRow.TryRead(row.Data) : null;
    }

    /// <summary>Removes counts and received reports that are old.</summary>
    async ValueTask ForgetAsync(DateOnly day, Run run)
    {
        for (var old = KeptDays; old < KeptDays + OlderDays; old++)
        {
            foreach (var table in new[] { CountedMail.Table, TlsSessionCounts.Table })
                await rows.RemoveAsync(table, RowRange.All(CountedMail.Partition(day.AddDays(-old))), run.Cancel);
        }
        await received.ForgetAsync(day, run.Cancel);
    }

#pragma warning disable CS1998 // There is nothing to wait for.
    static async IAsyncEnumerable<T> Nothing<T>()
    {
        yield break;
    }
#pragma warning restore CS1998
}
