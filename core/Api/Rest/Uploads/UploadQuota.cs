using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store.Ports;
using Cloud.Store.Requests;

namespace Cloud.Api.Rest.Uploads;

/// <summary>How much may be uploaded: by one key on a day, and by all keys for the same mailbox, domain or tenant to lie here.</summary>
/// <remarks>
/// Octets are counted by the hour in which they came. Each upload lies for a day, so what came in the last 24 hours is what
/// lies here. It is counted before it is used, and given back if it cannot stay: those at the same moment are counted, too.
/// </remarks>
sealed class UploadQuota(ApiCall call)
{
    /// <summary>Changes by others between which something is tried.</summary>
    const int MaxRaces = 20;

    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    readonly ApiOptions options = call.Rooms.Options;
    DateTimeOffset now = call.Rooms.Time.GetUtcNow();
    long takenOfKey;
    long takenOfOwner;
    readonly byte[] key = HashOf($"key {call.Caller.Key}");

    // Whom the octets are for: what others with the same limits have brought counts as well.
    readonly byte[] owner = HashOf($"owner {call.Caller.Mailbox ?? call.Caller.Domain ?? call.Caller.Tenant}");

    /// <summary>Octets that may be brought now, by this key and for whom it is.</summary>
    /// <exception cref="ApiException">429: none.</exception>
    /// <exception cref="StoreException">Nobody can tell now.</exception>
    public async ValueTask<long> LeftAsync(CancellationToken cancel)
    {
        var (ofDay, lying) = (await OfDayAsync(cancel), await LyingAsync(cancel));
        if (ofDay >= options.UploadsPerDay)
            throw DayOver();
        if (lying >= options.UploadsKept)
            throw Full();
        return Math.Min(options.UploadsPerDay - ofDay, options.UploadsKept - lying);
    }

    /// <summary>Counts octets that have come.</summary>
    /// <exception cref="ApiException">429: they are too many.</exception>
    /// <exception cref="StoreException">Nobody can tell now.</exception>
    /// <remarks>Whoever is thrown at, or does not keep them, calls <see cref="GiveBackAsync"/>.</remarks>
    public async ValueTask TakeAsync(long octets, CancellationToken cancel)
    {
        now = call.Rooms.Time.GetUtcNow(); // they may have come for hours
        await AddAsync(key, octets);
        takenOfKey = octets;
        await AddAsync(owner, octets);
        takenOfOwner = octets;
        var fault =
            await OfDayAsync(cancel) > options.UploadsPerDay ? DayOver()
            : await LyingAsync(cancel) > options.UploadsKept ? Full()
            : null;
        if (fault is not null)
            throw fault;
    }

    /// <summary>Gives back what was taken, since it is not kept.</summary>
    public async ValueTask GiveBackAsync()
    {
        try
        {
            var (ofKey, ofOwner) = (takenOfKey, takenOfOwner);
            (takenOfKey, takenOfOwner) = (0, 0);
            if (ofKey > 0)
                await AddAsync(key, -ofKey);
            if (ofOwner > 0)
                await AddAsync(owner, -ofOwner);
        }
        catch (StoreException)
        {
            return; // it counts for a day at most, and the asker is to hear of the fault before
        }
    }

    /// <summary>The header fields of draft-ietf-httpapi-ratelimit-headers.</summary>
    public async ValueTask<ApiAnswer> OnAsync(ApiAnswer answer, CancellationToken cancel)
    {
        foreach (var (name, value) in Fields(options.UploadsPerDay - await OfDayAsync(cancel)))
            answer.With(name, value);
        return answer;
    }

    ValueTask<long> OfDayAsync(CancellationToken cancel) => SumAsync(key, Midnight, cancel);

    ValueTask<long> LyingAsync(CancellationToken cancel) => SumAsync(owner, now - Day, cancel);

    DateTimeOffset Midnight => new(now.UtcDateTime.Date, TimeSpan.Zero);

    TimeSpan UntilTomorrow => Midnight + Day - now;

    ApiException DayOver() =>
        new(ApiProblem.Of(429, "uploads-per-day", "This key has uploaded as much as it may on one day (UTC)."))
        {
            RetryAfter = UntilTomorrow,
            Headers = Fields(0),
        };

    static ApiException Full() =>
        new(ApiProblem.Of(429, "uploads-kept", "No more uploads can lie here: each goes a day after it came."))
        {
            RetryAfter = Hour,
        };

    (string Name, string Value)[] Fields(long left) =>
        [
            (
                "RateLimit-Policy",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"uploads\";q={options.UploadsPerDay};qu=\"content-bytes\";w={(int)Day.TotalSeconds}"
                )
            ),
            (
                "RateLimit",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"\"uploads\";r={Math.Max(left, 0)};t={(int)UntilTomorrow.TotalSeconds}"
                )
            ),
        ];

    async ValueTask<long> SumAsync(byte[] whose, DateTimeOffset since, CancellationToken cancel)
    {
        var sum = 0L;
        var hours = ApiRows.Uploaded(whose, since, now);
        await foreach (var row in call.Rooms.Backend.Accounts.Rows.ReadAsync(ApiRows.Table, hours, cancel))
            sum += row.Data.Long("Octets");
        return sum;
    }

    async ValueTask AddAsync(byte[] whose, long octets)
    {
        var (rows, place) = (call.Rooms.Backend.Accounts.Rows, ApiRows.Uploaded(whose, now));
        for (var races = 0; races < MaxRaces; races++)
        {
            var before = await rows.GetAsync(ApiRows.Table, place, CancellationToken.None);
            var data = new RowData
            {
                { "Octets", Math.Max((before?.Data.Long("Octets") ?? 0) + octets, 0) },
                { "Expires", now + 2 * Day },
            };
            var transaction = new RowTransaction(place.Partition);
            _ = before is null
                ? transaction.Insert(place.Row, data)
                : transaction.Replace(place.Row, data, before.ETag);
            if ((await rows.CommitAsync(ApiRows.Table, transaction, CancellationToken.None)).Committed)
                return;
        }
        throw new StoreException("Too many uploads are counted at the same time");
    }

    static byte[] HashOf(string whose) => SHA256.HashData(Encoding.UTF8.GetBytes(whose));
}
