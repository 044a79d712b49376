using System.Text.Json.Serialization.Metadata;
using Cloud.Store.Messages;
using Cloud.Store.Overviews;
using Cloud.Store.Packing;
using Json = Cloud.Api.Gateway.Wire.GatewayJson;

namespace Cloud.Api.Gateway.Wire;

/// <summary>The forms of answers that are refused, missing or long.</summary>
static class Codecs
{
    public static readonly WireCodec<Result> Result = new MappedCodec<Result, ResultHead<DoneAnswer>>(
        new JsonCodec<ResultHead<DoneAnswer>>(Json.Default.ResultHeadDoneAnswer),
        result => new(result.IsOk ? new() : null, result.Refusal, result.Reason),
        head => head.Refusal == Refusal.None ? Gateway.Result.Ok : new(head.Refusal, head.Reason)
    );

    public static readonly WireCodec<MailboxView?> View = new PackedCodec<MailboxView?, ResultHead<ViewHead>>(
        Json.Default.ResultHeadViewHead,
        view => view is null ? Missing : Head(new ViewHead(view.Mailbox, view.Revision)),
        (view, writer) =>
        {
            if (view is not null)
                Columns.Write(writer, view.Entries);
        },
        (head, ref columns) =>
            Value(head) is { } view
                ? new(view.Mailbox, view.Revision, EntryPages.Of(Columns.Entries(ref columns)))
                : null
    );

    public static readonly WireCodec<MailboxChanges?> Changes = new PackedCodec<MailboxChanges?, ResultHead<ViewHead>>(
        Json.Default.ResultHeadViewHead,
        changes => changes is null ? Missing : Head(new ViewHead(changes.Mailbox, changes.Revision)),
        (changes, writer) =>
        {
            if (changes is null)
                return;
            Columns.Write(writer, changes.Changed);
            Columns.Write(writer, changes.Vanished);
        },
        (head, ref columns) =>
            Value(head) is { } view
                ? new(view.Mailbox, view.Revision, Columns.Entries(ref columns), Columns.Uids(ref columns))
                : null
    );

    public static readonly WireCodec<MetadataAnswer?> Metadata = new MappedCodec<
        MetadataAnswer?,
        ResultHead<MetadataAnswer>
    >(
        new JsonCodec<ResultHead<MetadataAnswer>>(Json.Default.ResultHeadMetadataAnswer),
        answer => answer is null ? new(null, Refusal.NotFound, "") : Head(answer),
        Value
    );

    public static readonly WireCodec<FetchAnswer> Emails = new PackedCodec<FetchAnswer, FetchHead>(
        Json.Default.FetchHead,
        answer => new(answer.Asked),
        (answer, writer) => Columns.Write(writer, answer.Emails),
        (head, ref columns) => new(head.Asked, Columns.Emails(ref columns))
    );

    public static readonly WireCodec<Result<StoreFlagsResult>> Flags = Packed(
        Json.Default.ResultHeadFlagsHead,
        done => new FlagsHead(done.Revision, done.Mailbox),
        (done, writer) =>
        {
            Columns.Write(writer, done.Entries);
            Columns.Write(writer, done.Modified);
        },
        (FlagsHead head, ref PackReader columns) =>
            new StoreFlagsResult(head.Revision, head.Mailbox, Columns.Entries(ref columns), Columns.Uids(ref columns))
    );

    public static readonly WireCodec<Result<CopyResult>> Copied = Packed(
        Json.Default.ResultHeadCopyHead,
        done => new CopyHead(done.Revision, done.UidValidity),
        (done, writer) => Columns.Write(writer, done.Uids),
        (CopyHead head, ref PackReader columns) =>
            new CopyResult(head.Revision, head.UidValidity, Columns.Pairs(ref columns))
    );

    public static readonly WireCodec<Result<ExpungeResult>> Expunged = Packed(
        Json.Default.ResultHeadRevisionHead,
        done => new RevisionHead(done.Revision),
        (done, writer) => Columns.Write(writer, done.Uids),
        (RevisionHead head, ref PackReader columns) => new ExpungeResult(head.Revision, Columns.Uids(ref columns))
    );

    public static readonly WireCodec<Result<UidSet>> Found = Packed(
        Json.Default.ResultHeadDoneAnswer,
        _ => new DoneAnswer(),
        (uids, writer) => Columns.Write(writer, uids),
        (DoneAnswer _, ref PackReader columns) => Columns.Uids(ref columns)
    );

    public static readonly WireCodec<IReadOnlyList<OverviewPage>?> Overviews = new PackedCodec<
        IReadOnlyList<OverviewPage>?,
        ResultHead<DoneAnswer>
    >(
        Json.Default.ResultHeadDoneAnswer,
        pages => pages is null ? new(null, Refusal.NotFound, "") : Head(new DoneAnswer()),
        (pages, writer) =>
        {
            if (pages is not null)
                Columns.Write(writer, pages);
        },
        (head, ref columns) => Value(head) is null ? null : Columns.Overviews(ref columns)
    );

    public static readonly WireCodec<Result<SortResult>> Sorted = Packed(
        Json.Default.ResultHeadSortHead,
        sorted => new SortHead(sorted.Scores.Count > 0),
        (sorted, writer) =>
        {
            Columns.Write(writer, sorted.Uids);
            if (sorted.Scores.Count > 0)
                Columns.Write(writer, [.. sorted.Scores.Select(score => (uint)score)]);
        },
        (SortHead head, ref PackReader columns) =>
            new SortResult(Columns.Numbers(ref columns))
            {
                Scores = head.Scored
                    ? [.. Columns.Numbers(ref columns).Select(score => (int)Math.Min(score, 100))]
                    : [],
            }
    );

    public static readonly WireCodec<Result<ThreadResult>> Threaded = Packed(
        Json.Default.ResultHeadDoneAnswer,
        _ => new DoneAnswer(),
        (found, writer) => ThreadColumns.Write(writer, found.Threads),
        (DoneAnswer _, ref PackReader columns) => new ThreadResult(ThreadColumns.Read(ref columns))
    );

    static ResultHead<ViewHead> Missing => new(null, Refusal.NotFound, "");

    public static WireCodec<Result<T>> Refusable<T>(WireCodec<ResultHead<T>> inner)
        where T : class =>
        new MappedCodec<Result<T>, ResultHead<T>>(
            inner,
            result => new(result.Value, result.Refusal, result.Reason),
            head => Value(head) is { } value ? value : new Result(head.Refusal, head.Reason)
        );

    static PackedCodec<Result<T>, ResultHead<THead>> Packed<T, THead>(
        JsonTypeInfo<ResultHead<THead>> type,
        Func<T, THead> head,
        Action<T, PackWriter> write,
        PackedCodec<T, THead>.Read read
    )
        where T : class
        where THead : class =>
        new(
            type,
            result =>
                result.IsOk ? Head(head(result.Value)) : new ResultHead<THead>(null, result.Refusal, result.Reason),
            (result, writer) =>
            {
                if (result.IsOk)
                    write(result.Value, writer);
            },
            (wrapped, ref columns) =>
                Value(wrapped) is { } value ? read(value, ref columns) : new Result(wrapped.Refusal, wrapped.Reason)
        );

    static ResultHead<T> Head<T>(T value)
        where T : class => new(value, Refusal.None, "");

    /// <returns>Null when refused.</returns>
    static T? Value<T>(ResultHead<T> head)
        where T : class =>
        head.Refusal != Refusal.None ? null : head.Value ?? throw new WireException("Neither a value nor a refusal");
}
