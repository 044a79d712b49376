using Cloud.Wire.Limits;
using Microsoft.Extensions.Logging;

namespace Cloud.Listener.Hosting.Abuse;

/// <summary>What addresses have done lately, and who is banned for it.</summary>
/// <remarks>In memory, bounded, lost with the process: a ban is for minutes or hours, and offences come again.</remarks>
sealed class AbuseTable : IDisposable
{
    /// <summary>Points, of a ban's hundred, from which on answers are held back: nobody waits for a single slip.</summary>
    const double TarpitFrom = 0.03;

    readonly AbuseOptions options;
    readonly TimeProvider time;
    readonly ILogger logger;
    readonly Lock guard = new();
    readonly RecentTable<AddressKey, Record> records;
    readonly PriorityQueue<AddressKey, long> ends = new();
    readonly ITimer timer;

    public AbuseTable(AbuseOptions options, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        records = new(options.Remembered);
        timer = time.CreateTimer(_ => TellEnds(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Sentence Add(AddressKey address, Offence offence)
    {
        AbuseMeter.Offended(offence);
        TimeSpan length;
        lock (guard)
        {
            var now = time.GetTimestamp();
            ref var record = ref records.Touch(address);
            if (record.BannedUntil > now)
                return new(TimeSpan.Zero, IsBanned: true);
            record.Points = Decayed(record.Points, record.At, now) + offence.Points();
            record.At = now;
            // Rounded: the fractions forgiven between two offences of one second are no mercy.
            if (Math.Round(record.Points) < options.BanPoints || options.FirstBan == TimeSpan.Zero)
                return new(Delay(record.Points), IsBanned: false);
            length = Ban(ref record, now);
            Expect(address, now, record.BannedUntil);
        }
        AbuseMeter.Banned(offence);
        Log.Banned(logger, address, length, offence);
        return new(TimeSpan.Zero, IsBanned: true);
    }

    /// <returns>How long the address's ban is in all; nothing when it is free to come.</returns>
    public TimeSpan BanOf(AddressKey address)
    {
        lock (guard)
        {
            return records.TryGet(address, out var record) && record.BannedUntil > time.GetTimestamp()
                ? Length(record.Bans)
                : TimeSpan.Zero;
        }
    }

    public void Dispose() => timer.Dispose();

    double Decayed(double points, long at, long now) =>
        points * Math.Pow(0.5, time.GetElapsedTime(at, now) / options.PointsHalfLife);

    TimeSpan Delay(double points)
    {
        var share = points / options.BanPoints;
        return share < TarpitFrom ? TimeSpan.Zero : options.Tarpit * Math.Min(share, 1);
    }

    TimeSpan Ban(ref Record record, long now)
    {
        if (record.Bans > 0 && time.GetElapsedTime(record.BannedUntil, now) >= options.LongestBan)
            record.Bans = 0;
        record.Bans++;
        record.Points = 0;
        var length = Length(record.Bans);
        record.BannedUntil = now + (long)(length.TotalSeconds * time.TimestampFrequency);
        return length;
    }

    TimeSpan Length(int bans)
    {
        var length = options.FirstBan * Math.Pow(2, Math.Min(bans, 32) - 1);
        return length < options.LongestBan ? length : options.LongestBan;
    }

    void Expect(AddressKey address, long now, long end)
    {
        if (ends.Count >= options.Remembered)
            return;
        ends.Enqueue(address, end);
        Arm(now);
    }

    void Arm(long now)
    {
        if (ends.TryPeek(out _, out var next))
            timer.Change(time.GetElapsedTime(now, Math.Max(next, now)), Timeout.InfiniteTimeSpan);
    }

    void TellEnds()
    {
        List<AddressKey> free = [];
        lock (guard)
        {
            var now = time.GetTimestamp();
            while (ends.TryPeek(out var address, out var end) && end <= now)
            {
                ends.Dequeue();
                free.Add(address);
            }
            Arm(now);
        }
        foreach (var address in free)
            Log.BanEnded(logger, address);
    }

    struct Record
    {
        public double Points;

        /// <summary>When the points were that many, a timestamp.</summary>
        public long At;
        public int Bans;
        public long BannedUntil;
    }
}
