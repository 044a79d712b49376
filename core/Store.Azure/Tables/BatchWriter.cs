using System.Buffers;
using System.Text;
using Cloud.Store.Ports;

namespace Cloud.Store.Azure.Tables;

/// <summary>Writes an entity-group transaction: a multipart body around one part for each operation.</summary>
/// <remarks>
/// The boundaries can be fixed: a boundary counts only at a line's start (RFC 2046 §5.1.1), and JSON as written here
/// holds no line ends. The limits are checked again, as the emulator lets some of them pass.
/// </remarks>
static class BatchWriter
{
    public const string ContentType = "multipart/mixed; boundary=batch_cloud";

    /// <summary>Bytes of a request's body ("Performing entity group transactions", Azure Table storage).</summary>
    public const int BodyBytes = 4 * 1024 * 1024;

    /// <param name="root">The service's address, without a slash at its end.</param>
    /// <exception cref="ArgumentException">The transaction breaks a limit of the service.</exception>
    public static ReadOnlyMemory<byte> Write(string root, string table, IReadOnlyList<RowChange> changes)
    {
        Check(changes);
        var body = new ArrayBufferWriter<byte>(512 + changes.Sum(change => 512 + (change.Data?.Size ?? 0)));
        Line(body, "--batch_cloud\r\nContent-Type: multipart/mixed; boundary=changeset_cloud\r\n");
        foreach (var change in changes)
        {
            Write(body, root, TableOperation.Of(table, change));
            if (body.WrittenCount > BodyBytes - 64)
                throw new ArgumentException($"Transaction is over {BodyBytes} bytes as sent", nameof(changes));
        }
        Line(body, "--changeset_cloud--\r\n--batch_cloud--");
        return body.WrittenMemory;
    }

    static void Write(ArrayBufferWriter<byte> body, string root, in TableOperation operation)
    {
        Line(body, "--changeset_cloud\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
        Line(body, $"{operation.Method} {root}/{operation.Path} HTTP/1.1");
        Line(body, $"Accept: {TableOperation.Json}\r\nDataServiceVersion: 3.0\r\nPrefer: return-no-content");
        if (operation.IfMatch is { } etag)
            Line(body, $"If-Match: {etag}");
        if (operation.Data is { } data)
        {
            Line(body, "Content-Type: application/json\r\n");
            EntityWriter.Write(body, operation.Key, data);
        }
        Line(body, "");
    }

    static void Check(IReadOnlyList<RowChange> changes)
    {
        if (changes.Count is 0 or > RowLimits.TransactionChanges)
            throw new ArgumentException(
                $"A transaction has 1 to {RowLimits.TransactionChanges} changes",
                nameof(changes)
            );

        var keys = new HashSet<string>(changes.Count, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (change.Key.Partition != changes[0].Key.Partition)
                throw new ArgumentException("A transaction changes one partition", nameof(changes));
            if (!keys.Add(change.Key.Row))
                throw new ArgumentException($"Row {change.Key.Row} is in the transaction twice", nameof(changes));
        }
    }

    static void Line(ArrayBufferWriter<byte> body, string text)
    {
        Encoding.UTF8.GetBytes(text, body);
        body.Write("\r\n"u8);
    }
}
