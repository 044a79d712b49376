using System.Text;
using Cloud.Listener.Imap.Selected;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>UIDBATCHES: where to cut the mailbox into batches of so many messages, newest first. RFC 10022.</summary>
/// <param name="Range">Which of the batches, from 1; null for all.</param>
sealed record UidBatches(uint Size, (uint First, uint Last)? Range) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var size = args.ExpectNzNumber();
        (uint, uint)? range = null;
        if (args.SP())
        {
            var first = args.ExpectNzNumber();
            args.ExpectChar(':');
            range = (first, args.ExpectNzNumber());
        }
        args.ExpectEnd();
        return new UidBatches(size, range);
    }

    public ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        var (first, last) = Range ?? (1, uint.MaxValue);
        if (first > last)
            return new(new Reply(Condition.Bad, "CLIENTBUG", "The range ends before it begins"));
        if (Size < ImapLimits.UidBatchSize)
            return new(Reply.No("TOOFEW", $"A batch has at least {ImapLimits.UidBatchSize} messages"));
        if (Range is not null && last - first >= ImapLimits.UidBatches)
            return new(Reply.No("TOOMANY", $"At most {ImapLimits.UidBatches} batches"));

        var writer = session.Writer;
        writer.Put("* UIDBATCHES (TAG "u8);
        writer.String(Encoding.ASCII.GetBytes(session.Tag));
        writer.Put(")"u8);
        var separator = " ";
        foreach (var (high, low) in Batches(session.Selected!.View).Skip((int)Math.Min(first - 1, int.MaxValue)))
        {
            if (first++ > last)
                break;
            writer.Put(separator);
            writer.Put(high == low ? $"{high}" : $"{high}:{low}");
            separator = ",";
        }
        writer.Crlf();
        return new(Reply.Ok("Done"));
    }

    /// <summary>They lie side by side, and the last goes down to 1.</summary>
    IEnumerable<(uint High, uint Low)> Batches(SequenceView view)
    {
        var high = view.LastUid;
        for (long end = view.Count; end > 0; end -= Size)
        {
            var low = end > Size ? view.Uid((int)(end - Size)) : 1;
            yield return (high, low);
            high = low - 1;
        }
    }
}
