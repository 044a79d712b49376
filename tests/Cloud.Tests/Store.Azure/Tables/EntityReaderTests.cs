using System.Text;
using System.Text.Json;
using Cloud.Store.Azure.Tables;

namespace Cloud.Tests.Store.Azure.Tables;

public sealed class EntityReaderTests
{
    const string Page = """
        {"odata.metadata":"https://a.example/$metadata#mail","value":[
        {"odata.etag":"W/\"1\"","PartitionKey":"p","RowKey":"a","Timestamp@odata.type":"Edm.DateTime","Timestamp":"2024-03-05T06:07:08Z",
        "Text":"x\u00fc\n","Flag":true,"Int":-7,"Whole":1.0,"Long@odata.type":"Edm.Int64","Long":"9007199254740993",
        "Nan@odata.type":"Edm.Double","Nan":"NaN","Big@odata.type":"Edm.Double","Big":3,"Bytes@odata.type":"Edm.Binary","Bytes":"AAEC/w==",
        "Id@odata.type":"Edm.Guid","Id":"01234567-89ab-cdef-0123-456789abcdef","Time@odata.type":"Edm.DateTime","Time":"2024-02-29T23:59:59.9999999Z",
        "_Early@odata.type":"Edm.Int64","_Early":"1","Nothing":null},
        {"odata.etag":"W/\"2\"","PartitionKey":"p","RowKey":"b","Int":8,"Text":""}
        ]}
        """;

    [Fact]
    public async Task Rows_are_read_with_their_types_however_the_bytes_arrive()
    {
        var bytes = Encoding.UTF8.GetBytes(Page);
        foreach (var chunk in (int[])[1, 2, 3, 7, 100, bytes.Length])
        {
            var rows = await EntityReader.ReadAsync(new Trickle(bytes, chunk), EntityReader.InList, default);
            Assert.Equal([("p|a", "W/\"1\""), ("p|b", "W/\"2\"")], rows.Select(row => ($"{row.Key}", row.ETag)));
            var data = rows[0].Data;
            Assert.Equal(11, data.Count);
            Assert.Equal("xü\n", data["Text"]);
            Assert.Equal(true, data["Flag"]);
            Assert.Equal(-7, data["Int"]);
            Assert.Equal(1.0, data["Whole"]);
            Assert.Equal(9007199254740993, data["Long"]);
            Assert.Equal(double.NaN, data["Nan"]);
            Assert.Equal(3.0, data["Big"]);
            Assert.Equal(new byte[] { 0, 1, 2, 255 }, data["Bytes"]);
            Assert.Equal(Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"), data["Id"]);
            Assert.Equal(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(-1), data["Time"]);
            Assert.Equal(new DateTimeOffset(1, TimeSpan.Zero), data["Early"]);
            Assert.Equal((8, ""), (rows[1].Data.Int("Int"), rows[1].Data.String("Text")));
        }
    }

    [Fact]
    public async Task A_page_cut_anywhere_is_an_error()
    {
        var bytes = Encoding.UTF8.GetBytes(Page);
        for (var length = 0; length < bytes.Length; length++)
        {
            await Assert.ThrowsAnyAsync<JsonException>(() =>
                EntityReader.ReadAsync(new MemoryStream(bytes, 0, length), EntityReader.InList, default).AsTask()
            );
        }
    }

    [Fact]
    public async Task An_endless_value_is_not_read_to_its_end()
    {
        var bytes = Encoding.UTF8.GetBytes("{\"value\":[{\"Text\":\"" + new string('x', 3_000_000) + "\"}]}");
        await Assert.ThrowsAsync<InvalidDataException>(() =>
            EntityReader.ReadAsync(new MemoryStream(bytes), EntityReader.InList, default).AsTask()
        );
    }

    /// <summary>Gives a few bytes at a time.</summary>
    sealed class Trickle(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
