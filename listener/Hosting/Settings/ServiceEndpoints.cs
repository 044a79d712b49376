namespace Cloud.Listener.Hosting.Settings;

/// <summary>Service addresses of a storage account, all https.</summary>
/// <param name="Table">Null where somebody else keeps the index.</param>
public sealed record ServiceEndpoints(Uri Blob, Uri Queue, Uri? Table);
